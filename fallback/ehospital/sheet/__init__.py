"""A table in the hospital's own columns, and the return sheet that brings the UHIDs back."""

from fallback.ehospital.sheet.connector import SheetConnector as SheetConnector
