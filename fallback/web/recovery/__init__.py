"""The records room in a browser: scans handed in, batches, the worklist, pictures of pages, the account."""

from fallback.web.recovery import account, batches, camera, overview, pages, pictures, transcribe, work
from fallback.web.recovery.blueprint import blueprint

__all__ = ["account", "batches", "blueprint", "camera", "overview", "pages", "pictures", "transcribe", "work"]
