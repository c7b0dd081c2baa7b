"""A state's or chain's office: the signed accounts of many hospitals, checked against their roots, in one sum."""

from fallback.central.accounts import HospitalAccount, Merged, Refused, Root, merge, read_account, read_roots
from fallback.central.reports import merged_csv, merged_pdf, merged_record, merged_xlsx

__all__ = [
    "HospitalAccount",
    "Merged",
    "Refused",
    "Root",
    "merge",
    "merged_csv",
    "merged_pdf",
    "merged_record",
    "merged_xlsx",
    "read_account",
    "read_roots",
]
