"""A FHIR R4 server: one slip, one transaction, read back and compared."""

from fallback.ehospital.fhir.connector import FhirConnector as FhirConnector
