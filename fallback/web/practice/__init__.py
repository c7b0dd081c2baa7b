"""Practice in a browser: the guided drill's pages, and what is known of practice in the real installation."""

from fallback.web.practice import drill, record
from fallback.web.practice.blueprint import blueprint

__all__ = ["blueprint", "drill", "record"]
