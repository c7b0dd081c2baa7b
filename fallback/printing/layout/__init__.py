"""Layouts: one TOML file a sheet says which fields stand where; here it is read, held to the rules, and drawn."""

from fallback.printing.layout.draw import draw, form_of
from fallback.printing.layout.file import layout, load, names
from fallback.printing.layout.model import Layout

__all__ = ["Layout", "draw", "form_of", "layout", "load", "names"]
