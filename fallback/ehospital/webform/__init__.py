"""The closed system's own registration page, filled in the browser in which the operator has logged in."""

from fallback.ehospital.webform.connector import WebFormConnector as WebFormConnector
