"""Desks of one hospital on one network: they find each other, prove who they are, and bring their journals together."""
