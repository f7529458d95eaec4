"""The only way files are handed over.

Nothing here opens a file without its link: the age key of each file is under a key of the matter (`evidence.subject_key`)
and the secret of the link together, and of the link only a digest is kept. Whoever has the disk, the database and the
master keys still has no file; and a link that leaks opens nothing once the matter is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from garant.apps.deliveries import refusals, vault
from garant.apps.deliveries.entries import DeliveryDestroyed, DeliveryPrepared, DeliveryTaken
from garant.apps.deliveries.models import DeliveryState, Handover
from garant.apps.deliveries.refusals import NothingHereError
from garant.apps.deliveries.vault import FileGoneError, destroy, keep, opened, raw, room
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.scoping import owners, scoped
from garant.ledger import unwrap, wrap
from garant.ledger.commitments import UnwrapRefusedError
from garant.ledger.entries import Entry, Payload
from garant.policy.text import Language

__all__ = [
    "FileGoneError",
    "NothingHereError",
    "Offered",
    "Prepared",
    "Stored",
    "content",
    "destroy",
    "destroy_due",
    "destroy_strays",
    "discard",
    "encrypt",
    "forget",
    "keep",
    "of",
    "offered",
    "opened",
    "prepare",
    "raw",
    "room",
    "take",
]

MARK: Final = "d"
"""How the names of files begin that are handed over by a link."""
DAYS: Final = 7
"""How long a link works, unless said otherwise."""
BEGUN: Final = 3
"""Times that a file may be begun to be taken: connections break."""
PATIENCE: Final = timedelta(hours=1)
"""How long one that began and never ended keeps others from beginning: the process that did it has died."""
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_ABOUT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,127}", re.ASCII)
_NAME: Final = re.compile(r"[^\w.() -]")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file as staff see it: where it stands, and never its link."""

    key: str
    state: str
    size: int
    made_at: datetime
    until: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A file as whoever has its link sees it."""

    key: str
    organisation: str
    name: str
    size: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is encrypted and that nobody has a link to yet."""

    key: str
    identity: str
    """The age key that opens it; nothing where only the person's own does."""
    written: vault.Written


def encrypt(chunks: Iterable[bytes], *, to: str = "", mark: str = MARK) -> Stored:
    """Encrypt a file as it comes. Outside of any transaction, which would keep everybody else waiting meanwhile.

    Args:
        chunks: its bytes, in pieces; it is never in memory as a whole.
        to: the age public key of whom it is for, where they gave one: then nobody else ever opens the file.
        mark: how the name of the file begins: whose it is.

    Raises DeliveryRefusedError: not an age key; or what `chunks` raises: then nothing is left of it.
    """
    key, identity = f"{mark}-{secrets.token_hex(12)}", vault.age.x25519.Identity.generate()
    written = vault.store(key, chunks, _recipient(to) if to else identity.to_public())
    return Stored(key, "" if to else str(identity), written)


def content(key: str, identity: str) -> Iterator[bytes]:
    """What `encrypt` made, as it came, for whoever kept the key that opens it. Raises FileGoneError."""
    yield from opened(key, vault.age.x25519.Identity.from_str(identity))


def discard(stored: Stored) -> None:
    """Destroy a file that is not handed over after all."""
    vault.destroy(stored.key)


def prepare(
    organisation: str,
    about: str,
    name: str,
    file: Iterable[bytes] | Stored,
    *,
    days: int = DAYS,
    language: Language = "fr",
    to: str = "",
) -> tuple[str, str]:
    """Prepare a file for one person; its key, and the link that works once. The link is given now and never again.

    Args:
        organisation: whose file it is.
        about: a key without personal data, such as the number of a request; its files are forgotten together.
        name: of the file that the person receives.
        file: what `encrypt` made; or its bytes, in pieces, where no transaction is open.
        days: how long the link works.
        language: of the page that it leads to.
        to: the person's own age public key; for bytes alone.

    Raises DeliveryRefusedError: not a key of a matter, or not an age key.
    """
    if not _ABOUT.fullmatch(about):
        raise refusals.bad_subject(about)
    stored = file if isinstance(file, Stored) else encrypt(file, to=to)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic(), scoped(organisation):
        _offer(organisation, about, name, stored, secret, _now() + timedelta(days=days))
    return stored.key, f"{settings.GARANT_URL}/p/{organisation}/{language}/file/{secret}/"


def _offer(organisation: str, about: str, name: str, stored: Stored, secret: str, until: datetime) -> None:
    key, written, own = stored.key, stored.written, not stored.identity
    opening = {"name": _named(name, own), "identity": stored.identity}
    Handover.objects.create(
        key=key,
        organisation=organisation,
        about=about,
        lookup=_lookup(secret),
        sealed=wrap(_both(organisation, about, secret), json.dumps(opening).encode(), key),
        size=written.stored if own else written.plain,
        made_at=_now(),
        until=until,
    )
    zone = ZoneInfo(organisations.organisation(organisation).time_zone)
    prepared = DeliveryPrepared(
        delivery=key,
        about=about,
        bytes=written.stored,
        sha256=written.sha256,
        until=until.astimezone(zone).date(),
    )
    _enter(organisation, prepared, f"{key}/prepared")


def of(organisation: str, about: str) -> list[Prepared]:
    """The files of a matter, the oldest first."""
    with scoped(organisation):
        return [
            Prepared(one.key, one.state, one.size, one.made_at, one.until, one.ended_at)
            for one in Handover.objects.filter(about=about)
        ]


def offered(organisation: str, secret: str, now: datetime | None = None) -> Offered:
    """What a link leads to. Raises NothingHereError: for every reason, the same."""
    with scoped(organisation):
        one = _found(secret, now or _now())
        return Offered(one.key, organisation, _opening(one, secret)["name"], one.size, one.until)


def take(organisation: str, secret: str, now: datetime | None = None) -> tuple[Offered, Iterator[bytes]]:
    """Begin to hand a file over: what it is, and its bytes. When the last has gone, the file is destroyed.

    One at a time, and three times at most: a connection that breaks gives the link back.
    Raises NothingHereError: for every reason, the same.
    """
    at = now or _now()
    with scoped(organisation):
        one = _found(secret, at)
        opening = _opening(one, secret)
        mine = (
            Handover.objects.filter(key=one.key, state=DeliveryState.READY, begun=one.begun, begun__lt=BEGUN)
            .exclude(begun_at__gt=at - PATIENCE)
            .update(begun=one.begun + 1, begun_at=at)
        )
        if not mine:
            raise refusals.NothingHereError
    what = Offered(one.key, organisation, opening["name"], one.size, one.until)
    return what, _Handing(what, opening["identity"])


class _Handing(Iterator[bytes]):
    """The bytes of a file, as they go; closed early, the link works again."""

    def __init__(self, what: Offered, identity: str) -> None:
        self._what = what
        self._ended = False
        self._pieces = (
            vault.opened(what.key, vault.age.x25519.Identity.from_str(identity))
            if identity
            else vault.raw(what.key)
        )

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except StopIteration:
            self._finish()
            raise

    def _finish(self) -> None:
        if not self._ended:
            self._ended = True
            _taken(self._what.organisation, self._what.key)

    def close(self) -> None:
        """Whoever sent it has stopped, at its end or before."""
        getattr(self._pieces, "close", lambda: None)()
        if not self._ended:
            self._ended = True
            with scoped(self._what.organisation):
                Handover.objects.filter(key=self._what.key).update(begun_at=None)


@transaction.atomic
def _taken(organisation: str, key: str) -> None:
    with scoped(organisation):
        one = Handover.objects.select_for_update().get(key=key)
        if one.state == DeliveryState.READY:
            _enter(organisation, DeliveryTaken(delivery=key, about=one.about), f"{key}/taken")
            _destroy(one, DeliveryState.TAKEN)


@transaction.atomic
def forget(organisation: str, about: str) -> int:
    """Destroy the files of a matter, and the key without which their links open nothing; how many there were."""
    with scoped(organisation):
        rows = list(Handover.objects.select_for_update().filter(about=about, state=DeliveryState.READY))
        for one in rows:
            _destroy(one, DeliveryState.FORGOTTEN)
    evidence.destroy_subject_keys(organisation, [_whose(about)])
    return len(rows)


def destroy_due(now: datetime | None = None) -> int:
    """Destroy what is past its day, in every organisation, and files that no row knows; how many."""
    at, gone = now or _now(), 0
    known: set[str] = set()
    for organisation in owners(Handover, "organisation"):
        with transaction.atomic(), scoped(organisation):
            rows = Handover.objects.select_for_update().filter(state=DeliveryState.READY, until__lte=at)
            for one in rows:
                _destroy(one, DeliveryState.EXPIRED)
                known.add(one.key)
                gone += 1
        with scoped(organisation):
            known |= set(Handover.objects.filter(state=DeliveryState.READY).values_list("key", flat=True))
    return gone + destroy_strays(MARK, known, at)


def destroy_strays(mark: str, known: set[str], now: datetime) -> int:
    """Destroy files with a mark that nobody knows, a day after they were written; how many."""
    found = vault.stray(mark, known, (now - timedelta(days=1)).timestamp())
    for name in found:
        (vault.folder() / name).unlink(missing_ok=True)
    return len(found)


def _destroy(one: Handover, why: DeliveryState) -> None:
    """The key first, then the file: a crash between the two leaves bytes that nothing opens, and the night finds them."""
    one.state, one.ended_at, one.sealed, one.begun_at = why, _now(), None, None
    one.save(update_fields=["state", "ended_at", "sealed", "begun_at"])
    gone = DeliveryDestroyed.model_validate({"delivery": one.key, "about": one.about, "why": str(why)})
    _enter(one.organisation, gone, f"{one.key}/destroyed")
    transaction.on_commit(lambda: vault.destroy(one.key))


def _found(secret: str, at: datetime) -> Handover:
    if not _SECRET.fullmatch(secret):
        raise refusals.NothingHereError
    one = Handover.objects.filter(lookup=_lookup(secret)).first()
    if (
        one is None
        or one.state != DeliveryState.READY
        or one.until <= at
        or not vault.path(one.key).is_file()
    ):
        raise refusals.NothingHereError
    return one


def _opening(one: Handover, secret: str) -> dict[str, str]:
    try:
        return json.loads(
            unwrap(_both(one.organisation, one.about, secret), bytes(one.sealed or b""), one.key)
        )
    except UnwrapRefusedError:
        raise refusals.NothingHereError from None


def _lookup(secret: str) -> str:
    return hashlib.sha256(b"garant/delivery-lookup/1" + secret.encode()).hexdigest()


def _both(organisation: str, about: str, secret: str) -> bytes:
    """A key that takes the matter's and the link's (HKDF, RFC 5869)."""
    matter = evidence.subject_key(organisation, _whose(about))
    return HKDF(SHA256(), 32, salt=matter, info=b"garant/delivery/1").derive(secret.encode())


def _whose(about: str) -> tuple[str, ...]:
    return ("garant", "deliveries", about)


def _recipient(text: str) -> Any:
    try:
        return vault.age.x25519.Recipient.from_str(text.strip())
    except vault.age.RecipientError:
        raise refusals.bad_recipient() from None


def _named(name: str, own: bool) -> str:
    plain = _NAME.sub("_", name).strip(". ")[:100] or "data"
    return f"{plain}.age" if own else plain


def _enter(organisation: str, payload: Payload, key: str) -> None:
    evidence.append(organisation, [Entry(payload, _now(), key=f"delivery/{key}")])


def _now() -> datetime:
    return datetime.now(UTC)
