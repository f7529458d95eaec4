"""Fuzz the loaders: mutated documents in, a document or the documented refusal out, each within a second.

Deterministic: a seed and a number name an input. Time is the processor's own, so that a busy machine accuses nobody.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from garant.policy import check_policy, parse_policy
from garant.policy.diagnostics import UnusableDocument
from garant.policy.reporters import report
from garant.systems.checks.static import check_map
from garant.systems.fragments import FragmentRefused, parse_expression, parse_query
from garant.systems.loader import parse_map
from scripts.fuzz_seeds import BOMBS, MANUAL_MAP, MAP, PIECES, POLICY, QUERIES, SMALL_MAP

SLOW: Final = 1.0
"""Seconds of processor time that no input may take."""
STUCK: Final = 60
"""Seconds after which an input is given up on."""
DIALECTS: Final = (None, "sqlite", "postgres", "mysql")


class Stuck(BaseException):
    """An input went on and on."""


@dataclass
class Findings:
    """What went wrong: the input, the target, why."""

    inputs: int = 0
    sound: int = 0
    slowest: float = 0.0
    bad: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])


def policy(text: str) -> None:
    """A policy is loaded, checked and reported on."""
    report(check_policy(parse_policy(text)), "json", "fr").encode()


def data_map(text: str) -> None:
    """A data map is loaded, checked and reported on."""
    report(check_map(parse_map(text)), "json", "en").encode()


def fragment(text: str) -> None:
    """A fragment is read as a query, and as an expression, for one engine or another."""
    text = text.encode("utf-8", "replace").decode()  # the reader of YAML lets no surrogate through
    dialect = DIALECTS[len(text) % len(DIALECTS)]
    for read in (
        lambda: parse_query.__wrapped__(text, dialect=dialect, parameters=("identity",)),
        lambda: parse_expression.__wrapped__(text, table="person", kind="scalar", dialect=dialect),
    ):
        try:
            read()
        except FragmentRefused as refused:
            str(refused).encode()


Target = Callable[[str], None]
TARGETS: Final[tuple[tuple[Target, tuple[str, ...]], ...]] = (
    (policy, (POLICY,)),
    (data_map, (MAP, SMALL_MAP, SMALL_MAP, MANUAL_MAP)),
    (fragment, QUERIES),
    (fragment, QUERIES),
)


def inputs(seed: int, count: int) -> Iterator[tuple[Target, str]]:
    """The inputs of a seed: the bombs first, then mutations, the targets in turn."""
    for bomb in BOMBS:
        yield from ((target, bomb) for target in (policy, data_map))
    for number in range(count):
        dice = Random(seed * 1_000_003 + number)
        target, seeds = TARGETS[number % len(TARGETS)]
        yield target, mutated(dice, dice.choice(seeds))


def mutated(dice: Random, text: str) -> str:
    """A text with pieces put in, and stretches taken out, moved, doubled and replaced."""
    for _ in range(dice.randint(1, 5)):
        start = dice.randint(0, len(text))
        stop = min(len(text), start + dice.randint(0, 24))
        change = dice.randrange(6)
        if change <= 1:
            text = text[:start] + dice.choice(PIECES) + text[start:]
        elif change == 2:
            text = text[:start] + text[stop:]
        elif change == 3:
            text = text[:start] + text[start:stop] * dice.randint(2, 5) + text[stop:]
        elif change == 4:
            text = text[:start] + dice.choice(PIECES) + text[stop:]
        else:
            at = dice.randint(0, len(text))
            text = text[:at] + text[start:stop] + text[at:]
    return text


def fuzz(seed: int, count: int, tell: Callable[[Findings], None] = lambda _: None) -> Findings:
    """Give every input to its target."""
    found = Findings()
    for target, text in inputs(seed, count):
        found.inputs += 1
        why = timed(target, text, found)
        if why:
            found.bad.append((target.__name__, text, why))
        if found.inputs % 10_000 == 0:
            tell(found)
    return found


def timed(target: Target, text: str, found: Findings) -> str:
    """What is wrong with one input: an error that nothing documents, or too long; nothing where all is well."""
    before = time.thread_time()
    why = _why(target, text, found)
    took = time.thread_time() - before
    if took > SLOW and not why:  # what is slow is so each time; garbage of earlier inputs is not
        before = time.thread_time()
        _why(target, text, Findings())
        took = min(took, time.thread_time() - before)
    found.slowest = max(found.slowest, took)
    return why or (f"took {took:.1f} s" if took > SLOW else "")


def _why(target: Target, text: str, found: Findings) -> str:
    try:
        with _limited():
            target(text)
        found.sound += 1
    except UnusableDocument as refused:
        return "" if refused.diagnostics else "refused without a diagnostic"
    except Stuck:
        return f"stuck for {STUCK} s"
    except Exception:
        return traceback.format_exc(limit=-4)
    return ""


@contextmanager
def _limited() -> Iterator[None]:
    def stop(_number: int, _frame: Any) -> None:
        raise Stuck

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, STUCK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def main() -> int:
    """Fuzz, tell, and keep what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--inputs", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--keep", type=Path, help="folder for the inputs that went wrong")
    options = asked.parse_args()

    def tell(found: Findings) -> None:
        words = (
            f"{found.inputs} inputs, {found.sound} sound, slowest {found.slowest:.2f} s, {len(found.bad)} bad"
        )
        sys.stdout.write(words + "\n")
        sys.stdout.flush()
        _keep(found, options.keep)

    found = fuzz(options.seed, options.inputs, tell)
    tell(found)
    for target, text, why in found.bad[:20]:
        sys.stdout.write(ascii(f"{target}: {text[:300]}\n{why}") + "\n")
    return 1 if found.bad else 0


def _keep(found: Findings, folder: Path | None) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (target, text, why) in enumerate(found.bad):
            raw = text.encode("utf-8", "surrogatepass")
            (folder / f"{number:04}-{target}.txt").write_bytes(raw)
            (folder / f"{number:04}-{target}.why").write_bytes(why.encode("utf-8", "backslashreplace"))


if __name__ == "__main__":
    raise SystemExit(main())
