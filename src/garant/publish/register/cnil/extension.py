"""What the template has no field for: the whole policy, one value a line, each with the way to it.

The way is written as a JSON pointer (RFC 6901), save that entries of lists are numbered `1-`, `2-`…, which no key
can be, so that lists and maps are told apart. Values are written as JSON, so that text stays text and a long one may
go on in the next cells. Reading them back gives the same policy, in the same order.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from pydantic import ValidationError

from garant.policy import Policy, Text, digest_of

from .grid import Refused

SHEET: Final = "Garant"
LONGEST_CELL: Final = 30_000
"""Characters; a spreadsheet holds 32,767."""
_MOST: Final = 4 * 1024 * 1024
_DEEPEST: Final = 24
_ODD: Final = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|(?<= ) ")
"""What XML or a spreadsheet would lose: unseen characters, and the second of two spaces."""

EXPLAINED: Final = (
    "Cette feuille contient toute la politique, dont ce que le modèle de la CNIL ne prévoit pas : bases légales, "
    "sources, fiches de sous-traitance, promesses, cookies… Garant la relit. Modifiez plutôt les autres feuilles : "
    "ce qui y est changé l’emporte."
)


def lines(policy: Policy) -> Iterator[tuple[str, ...]]:
    """The pointer of each value, then the value as JSON, in as many cells as it needs."""
    yield ("digest", digest_of(policy))
    content = policy.model_dump(mode="json", exclude_defaults=True)
    for pointer, value in _leaves(content, ""):
        text = _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", json.dumps(value, ensure_ascii=False))
        yield (pointer, *(text[at : at + LONGEST_CELL] for at in range(0, len(text), LONGEST_CELL)))


def read(rows: Sequence[Sequence[str]]) -> tuple[Policy, bool]:
    """The policy that these lines say, and whether they are as Garant wrote them.

    Raises Refused where they do not make a policy.
    """
    digest = next((row[1] for row in rows if len(row) > 1 and row[0] == "digest"), "")
    content: dict[str, Any] = {}
    if sum(len(cell) for row in rows for cell in row) > _MOST:
        raise Refused(_broken("elle est trop grande", "it is too large"))
    for row in rows:
        if row and row[0].startswith("/"):
            _put(content, row[0], "".join(row[1:]))
    try:
        policy = Policy.model_validate_json(json.dumps(_lists(content)), strict=True)
    except ValidationError as problem:
        place = "/".join(str(step) for step in problem.errors(include_url=False)[0]["loc"])
        raise Refused(_broken(f"« {place[:80]} » ne va pas", f"“{place[:80]}” is not right")) from None
    return policy, digest == digest_of(policy)


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    inside = _inside(value)
    if inside is None:
        yield pointer, value
        return
    for step, one in inside:
        yield from _leaves(one, f"{pointer}/{step.replace('~', '~0').replace('/', '~1')}")


def _inside(value: Any) -> list[tuple[str, Any]] | None:
    """The steps into a value; none where it stands on one line: a single value, or nothing at all."""
    if isinstance(value, dict) and value:
        return list(cast(dict[str, Any], value).items())
    if isinstance(value, list) and value:
        return [(f"{number:d}-", one) for number, one in enumerate(cast(list[Any], value), 1)]
    return None


def _put(content: dict[str, Any], pointer: str, text: str) -> None:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if len(steps) > _DEEPEST:
        raise Refused(_broken("elle est trop profonde", "it is too deep"))
    inside = content
    for step in steps[:-1]:
        below = inside.setdefault(step, {})
        if not isinstance(below, dict):
            raise Refused(_broken(f"« {pointer[:80]} » est de trop", f"“{pointer[:80]}” is one too many"))
        inside = cast(dict[str, Any], below)
    try:
        inside[steps[-1]] = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(
            _broken(
                f"la valeur de « {pointer[:80]} » est abîmée", f"the value of “{pointer[:80]}” is damaged"
            )
        ) from None


def _lists(value: Any) -> Any:
    """The same, where steps that number a list make one."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(one) for key, one in cast(dict[str, Any], value).items()}
    if inner and all(re.fullmatch(r"[0-9]{1,6}-", key) for key in inner):
        return [inner[key] for key in sorted(inner, key=lambda key: int(key[:-1]))]
    return inner


def _broken(fr: str, en: str) -> Text:
    return Text(
        fr=f"La feuille « {SHEET} » ne se relit pas : {fr}. Supprimez-la pour ne reprendre que le reste.",
        en=f"The sheet “{SHEET}” cannot be read back: {en}. Delete it to take over the rest alone.",
    )
