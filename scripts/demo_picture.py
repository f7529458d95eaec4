"""Plays the demo and writes the README's picture of it: docs/demo.svg.

Run it with `scripts/demo-picture`. The picture keeps what a reader wants to see at a glance: the
promises, the plan, the run, the proof.
"""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from garant.cli import language
from garant.demo.story import run_demo

AS_OF = date(2026, 11, 1)
WIDTH = 112
NIGHT = TerminalTheme(
    (22, 27, 34),
    (217, 224, 232),
    [(72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255),
     (86, 212, 221), (201, 209, 217)],
    [(110, 118, 129), (255, 161, 152), (126, 231, 135), (242, 204, 96), (165, 214, 255), (226, 197, 255),
     (179, 240, 255), (255, 255, 255)],
)  # fmt: skip


FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""What fetches a font from somebody's server: the reader has one."""


def main() -> None:
    """Play, record, write."""
    language.speak("en")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        code = run_demo(Path("demo"), console, AS_OF)
    if code:
        raise SystemExit(code)
    picture = Path(__file__).resolve().parents[1] / "docs" / "demo.svg"
    svg = FONT.sub("", console.export_svg(title="make demo", theme=NIGHT))
    picture.write_text(svg.replace("Fira Code, ", ""), encoding="utf-8")


if __name__ == "__main__":
    main()
