"""How the command line writes: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from typing import IO, Any, cast

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text as Words

from garant.cli.exits import Exit
from garant.cli.language import say, say_text
from garant.policy.text import Text

WIDE = 120
"""Columns of tables written to a file or a pipe."""


class CommandError(Exception):
    """One clear message for the user, what to do, and the exit code."""

    def __init__(self, message: Text, mend: Text | None = None, code: Exit = Exit.REFUSED) -> None:
        super().__init__(message.en)
        self.message = message
        self.mend = mend
        self.code = code


def out() -> Console:
    """Give the console of results."""
    if sys.stdout.isatty():
        return Console(file=sys.stdout, highlight=False)
    return Console(file=cast("IO[str]", _Trimmed(sys.stdout)), highlight=False, width=WIDE)


class _Trimmed:
    """A file whose lines do not end in blanks: a file or a pipe has no columns to fill."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write the text without the blanks before its line ends."""
        return self._file.write(re.sub(r" +(?=\n)", "", text))

    def __getattr__(self, name: str) -> Any:
        """Be the file in everything else."""
        return getattr(self._file, name)


def err() -> Console:
    """Give the console of progress and errors."""
    return Console(file=sys.stderr, highlight=False)


def note(fr: str, en: str) -> None:
    """Write one line of result."""
    out().print(escape(say(fr, en)), soft_wrap=True)


def complain(message: Text, mend: Text | None = None) -> None:
    """Write an error: what is wrong, then what to do."""
    console = err()
    console.print(f"[bold red]{say('Erreur', 'Error')}[/] {escape(say_text(message))}", soft_wrap=True)
    if mend is not None:
        console.print(f"[bold]{say('À faire', 'What to do')}[/] {escape(say_text(mend))}", soft_wrap=True)


def warn(message: Text) -> None:
    """Write on standard error what the user should know, though nothing is wrong."""
    err().print(f"[bold yellow]{say('À savoir', 'Note')}[/] {escape(say_text(message))}", soft_wrap=True)


def write_json(document: Any) -> None:
    """Write a document for machines, stable and indented."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    sys.stdout.write("\n")


class _Plain(Table):
    """A table whose cells are words: what stands in a name or in an address is never read as a style."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row; a string is shown as it is."""
        super().add_row(*(Words(one) if isinstance(one, str) else one for one in cells), **options)


def table(*columns: str, title: str | None = None) -> Table:
    """Make a table in Garant's plain look; its cells are shown as they are."""
    named = None if title is None else Words(title, style="table.title")
    made = _Plain(title=named, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made
