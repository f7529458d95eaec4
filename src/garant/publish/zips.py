"""How reading a ZIP that somebody sent fails, whichever way it was packed."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from typing import Final

DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
)
"""Broken, cut off, encrypted, or packed in a way that is not known; beside what is found by looking."""
