"""`garant --server URL …`: the same questions, asked of a server through its API."""

from __future__ import annotations

import errno
import json
import os
import shutil
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from ssl import SSLError
from typing import Annotated, Any, BinaryIO, Final

import typer

from garant.cli.exits import Exit
from garant.cli.language import both, say, spoken
from garant.cli.newfile import new_file
from garant.cli.output import CommandError, note, out, table, write_json
from garant.policy.text import Text

SECONDS: Final = 60
"""How long a server may take to answer."""
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_PAGE: Final = 200
_WHERE: Final = Text(
    fr="Donnez l’adresse du site de Garant comme le navigateur la montre, sans rien après le nom du serveur et son port.",
    en="Give the address of Garant’s site as the browser shows it, without anything after the server’s name and port.",
)


class Server:
    """A server, and the token that opens one organisation on it."""

    def __init__(self, url: str, token: str) -> None:
        """Raises CommandError for an address that would send the token in clear, or without a token."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise CommandError(
                Text(
                    fr=f"--server {url}\u202f: l’adresse doit commencer par https://.",
                    en=f"--server {url}: the address must begin with https://.",
                )
            )
        if not token:
            raise CommandError(
                Text(fr="Un serveur demande un jeton.", en="A server asks for a token."),
                Text(
                    fr="Mettez-le dans GARANT_TOKEN\u202f; là où est Garant\u202f: garant token issue",
                    en="Put it in GARANT_TOKEN; where Garant is: garant token issue",
                ),
            )
        self._url, self._token = f"{url.rstrip('/')}/api/v1/organisations", token
        self._organisation: str = ""

    def ask(self, method: str, place: str, body: Any = None) -> bytes:
        """Ask an address of the organisation. Raises CommandError: what the server refuses, in its words."""
        with self._asked(method, place, body) as answer:
            return answer.read()

    def take(self, place: str, into: BinaryIO) -> None:
        """Write what an address answers, of any size, as it comes. Raises CommandError."""
        with self._asked("GET", place) as answer:
            shutil.copyfileobj(answer, into)
            if answer.length:
                raise _broken_off(f"{answer.length} bytes are missing")

    @contextmanager
    def _asked(self, method: str, place: str, body: Any = None) -> Iterator[HTTPResponse]:
        address = f"{self._url}/{self.organisation}{place}" if place else self._url
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept-Language": spoken(),
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - looked at above
        try:
            with _OPENER.open(request, timeout=SECONDS) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            raise _refused(error) from None
        except (urllib.error.URLError, ConnectionError, TimeoutError, SSLError, HTTPException) as error:
            raise _broken_off(str(getattr(error, "reason", error))) from None

    @property
    def organisation(self) -> str:
        """The organisation that the token opens."""
        if not self._organisation:
            self._organisation = "-"
            try:
                (one,) = self.get("")
                self._organisation = str(one["key"])
            except (TypeError, ValueError, KeyError):
                raise self._another() from None
        return self._organisation

    def get(self, place: str) -> Any:
        """Read an address. Raises CommandError, also where what answers is no Garant."""
        return self._read(self.ask("GET", place))

    def post(self, place: str, body: Any) -> Any:
        """Ask for something to be done, and read what came of it. Raises CommandError."""
        return self._read(self.ask("POST", place, body))

    def _read(self, answer: bytes) -> Any:
        try:
            return json.loads(answer)
        except ValueError:
            raise self._another() from None

    def _another(self) -> CommandError:
        return CommandError(
            Text(
                fr=f"Ce qui répond à {self._url} n’est pas l’API de Garant.",
                en=f"What answers at {self._url} is not the API of Garant.",
            ),
            _WHERE,
        )

    def every(self, place: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(f"{place}?limit={_PAGE}&cursor={cursor}")
            yield from page["items"]
            cursor = page["next"]


class _Stays(urllib.request.HTTPRedirectHandler):
    """A token goes to the server that was named, and to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""
        return


_OPENER: Final = urllib.request.build_opener(_Stays())


def _broken_off(why: str) -> CommandError:
    return CommandError(
        Text(fr=f"Serveur injoignable\u202f: {why}", en=f"Unreachable server: {why}"), code=Exit.INTERRUPTED
    )


def _refused(error: urllib.error.HTTPError) -> CommandError:
    try:
        said = json.loads(error.read())
        wrong = [f"{one.get('place', '')} ({one.get('message', '')})" for one in said.get("errors", [])[:3]]
        message = said.get("detail") or " · ".join([said["title"], *wrong])
        mend = said.get("mend")
    except (ValueError, KeyError, AttributeError):
        if error.code >= 500:  # of whatever stands before it
            return _broken_off(f"HTTP {error.code}")
        return CommandError(Text(fr=f"HTTP {error.code}", en=f"HTTP {error.code}"), _WHERE)
    return CommandError(Text(fr=message, en=message), Text(fr=mend, en=mend) if mend else None)


JsonOption = Annotated[
    bool, typer.Option("--json", help=both("Tout, pour un programme.", "All of it, for programs."))
]


def application(server: Callable[[], Server]) -> typer.Typer:
    """The commands that a server answers."""
    app = typer.Typer(
        help=both("Garant, sur un serveur.", "Garant, on a server."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name, title, place, columns in _LISTS:
        group = typer.Typer(help=title, no_args_is_help=True)
        group.command("list", help=title)(_lister(server, place, columns))
        if name == "plan":
            group.command("approve", help=both("Approuve exactement ce plan.", "Approve exactly this plan."))(
                _approver(server)
            )
            group.command("run", help=both("Exécute un plan approuvé.", "Carry out an approved plan."))(
                _runner(server)
            )
        app.add_typer(group, name=name)
    app.add_typer(_ledger(server), name="ledger")
    return app


_LISTS: Final[Sequence[tuple[str, str, str, Sequence[str]]]] = (
    ("policy", both("Versions de la politique.", "Versions of the policy."), "/policy-versions",
     ("number", "state", "effective_on", "digest")),
    ("promise", both("L’état des promesses.", "How promises stand."), "/promises", ("article", "state", "label", "why")),
    ("plan", both("Plans.", "Plans."), "/plans", ("digest", "as_of", "people", "rows", "approved", "state")),
    ("run", both("Exécutions.", "Runs."), "/runs", ("key", "state", "started_at", "finished_at")),
    ("hold", both("Suspensions en vigueur.", "Holds in force."), "/holds", ("key", "on", "owner", "until", "review")),
    ("task", both("Tâches en attente.", "Tasks that wait."), "/tasks", ("key", "due_on", "state")),
)  # fmt: skip


_COLUMNS: Final = {
    "number": ("Numéro", "Number"),
    "state": ("État", "State"),
    "effective_on": ("En vigueur le", "In force on"),
    "digest": ("Empreinte", "Digest"),
    "article": ("Article", "Article"),
    "label": ("Promesse", "Promise"),
    "why": ("Pourquoi", "Why"),
    "as_of": ("Au", "As of"),
    "people": ("Dossiers", "Roots"),
    "rows": ("Lignes", "Rows"),
    "approved": ("Approuvé", "Approved"),
    "key": ("Clé", "Key"),
    "started_at": ("Début", "Start"),
    "finished_at": ("Fin", "End"),
    "on": ("Sur", "On"),
    "owner": ("Responsable", "Owner"),
    "until": ("Jusqu’au", "Until"),
    "review": ("À revoir le", "Review on"),
    "due_on": ("Pour le", "Due on"),
}


def _lister(server: Callable[[], Server], place: str, columns: Sequence[str]) -> Callable[..., int]:
    def show(as_json: JsonOption = False) -> int:
        asked = server()
        rows = asked.get(place)["promises"] if place == "/promises" else list(asked.every(place))
        if as_json:
            write_json(rows)
            return Exit.OK
        shown = table(*(say(*_COLUMNS[column]) for column in columns))
        for row in rows:
            shown.add_row(*(_cell(row[column]) for column in columns))
        out().print(shown)
        return Exit.OK

    return show


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get(spoken(), value))
    if isinstance(value, bool):
        return say("oui", "yes") if value else say("non", "no")
    return "" if value is None else str(value)


def _approver(server: Callable[[], Server]) -> Callable[..., int]:
    def approve(digest: Annotated[str, typer.Argument(metavar="DIGEST")]) -> int:
        server().post(f"/plans/{_quoted(digest)}/approve", {"digest": digest})
        note(f"Plan {digest[:16]}… approuvé.", f"Plan {digest[:16]}… approved.")
        return Exit.OK

    return approve


def _runner(server: Callable[[], Server]) -> Callable[..., int]:
    def run(digest: Annotated[str, typer.Argument(metavar="DIGEST")]) -> int:
        job = server().post(f"/plans/{_quoted(digest)}/run", {})
        note(f"Travail {job['key']} demandé.", f"Job {job['key']} asked for.")
        return Exit.OK

    return run


def _ledger(server: Callable[[], Server]) -> typer.Typer:
    group = typer.Typer(help=both("Le registre des preuves.", "The ledger."), no_args_is_help=True)

    def checkpoint() -> int:
        typer.echo(server().ask("GET", "/log/checkpoint").decode(), nl=False)
        return Exit.OK

    def keys() -> int:
        for key in server().get("/ledger")["keys"]:
            typer.echo(key)
        return Exit.OK

    def export(file: Annotated[Path, typer.Argument(metavar="OUT")]) -> int:
        asked = server()
        if file.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))
        with new_file(file) as (opened, _):
            asked.take("/ledger/export", opened)
        note(
            f"{file} est écrit. Vérifiez-le ici : garant ledger verify {file} --key …",
            f"{file} is written. Verify it here: garant ledger verify {file} --key …",
        )
        return Exit.OK

    group.command("checkpoint", help=both("Le dernier point de contrôle.", "The latest checkpoint."))(
        checkpoint
    )
    group.command("keys", help=both("Les clés qui le vérifient.", "The keys that verify it."))(keys)
    group.command("export", help=both("Tout le registre, dans un ZIP.", "The whole ledger, in a ZIP."))(
        export
    )
    return group


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


def choose(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Take `--server URL` out of the arguments that come before the command; none for Garant here."""
    if arguments and arguments[0].startswith("--server="):
        return arguments[0].partition("=")[2], list(arguments[1:])
    if len(arguments) > 1 and arguments[0] == "--server":
        return arguments[1], list(arguments[2:])
    return "", list(arguments)


def command(url: str) -> Any:
    """The commands of a server, in one language."""
    from typer.main import get_command

    from garant.cli.registration import spoken as one_language

    def server() -> Server:
        return Server(url, os.environ.get("GARANT_TOKEN", "").strip())

    return one_language(get_command(application(server)), spoken())
