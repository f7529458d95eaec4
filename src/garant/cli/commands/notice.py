"""`garant notice`: the notice that a policy makes, as a page, a PDF or data."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from garant.cli import options
from garant.cli.exits import Exit
from garant.cli.language import both, spoken
from garant.cli.newfile import new_file
from garant.cli.output import CommandError
from garant.policy.loader import LoadedPolicy
from garant.policy.text import Text

_PUBLIC = 0o644
"""A notice is made to be read by all."""


class NoticeForm(StrEnum):
    """In which form the notice is written."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"
    JSONLD = "jsonld"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        name="notice",
        help=both(
            "Écrit la notice que fait une politique, dans la langue de --language.",
            "Write the notice that a policy makes, in the language of --language.",
        ),
    )(notice)


def notice(
    policy: options.PolicyArgument,
    form: Annotated[
        NoticeForm,
        typer.Option(
            "--format",
            help=both(
                "html, une page seule ; pdf, accessible (PDF/UA) ; json ; jsonld, dans les termes du DPV.",
                "html, a page of its own; pdf, accessible (PDF/UA); json; jsonld, in DPV terms.",
            ),
        ),
    ] = NoticeForm.HTML,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help=both("Fichier à écrire ; sinon la sortie.", "File to write; else the output."),
        ),
    ] = None,
) -> int:
    """Write one notice; the same policy gives the same bytes."""
    from garant.policy.loader import load_policy

    written = _written(load_policy(policy), form)
    if out is not None:
        with new_file(out) as (raw, _):
            raw.write(written)
        out.chmod(_PUBLIC)
    elif form is NoticeForm.PDF and sys.stdout.isatty():
        raise CommandError(
            Text(fr="Un PDF ne se lit pas dans un terminal.", en="A PDF cannot be read in a terminal."),
            Text(fr="Ajoutez --out notice.pdf.", en="Add --out notice.pdf."),
        )
    else:
        sys.stdout.buffer.write(written)
    return Exit.OK


def _written(loaded: LoadedPolicy, form: NoticeForm) -> bytes:
    from garant.publish.notice import build_notice, notice_json

    policy, language = loaded.document, spoken()
    if form is NoticeForm.JSONLD:
        from garant.publish.notice.linked import linked_json

        return f"{linked_json(policy, loaded.digest, policy.notice.url)}\n".encode()
    made = build_notice(policy, language, loaded.digest)
    if form is NoticeForm.JSON:
        return f"{notice_json(made)}\n".encode()
    if form is NoticeForm.PDF:
        from garant.publish.notice.pdf import notice_pdf

        return notice_pdf(made)
    from garant.publish.notice.html import notice_page

    return notice_page(made).encode()
