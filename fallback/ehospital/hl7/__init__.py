"""HL7 v2.5 over MLLP: one message a slip, and whatever the receiver says of it."""

from fallback.ehospital.hl7.connector import Hl7Connector as Hl7Connector
