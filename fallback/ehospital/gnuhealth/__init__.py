"""GNU Health over its JSON-RPC: a party, a patient, an appointment."""

from fallback.ehospital.gnuhealth.connector import GnuHealthConnector as GnuHealthConnector
