"""A process that is killed at one moment of its run, and another that goes on: the end must be that of an undisturbed run."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import pytest

from garant.apps.jobs import running
from garant.apps.promises import services as promises
from garant.apps.promises.recording.batches import RunJournal
from garant.apps.promises.refusals import RunInterruptedError
from garant.apps.promises.running import execution
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.archivist import RecordArchivist

MOMENTS: Final[dict[str, tuple[Any, str, bool]]] = {
    "begun": (execution, "_run_durably", False),
    "prepared": (RunJournal, "prepare", True),
    "committed": (promises, "record_receipt", False),
    "received": (promises, "record_receipt", True),
    "checked": (promises, "finish_run", False),
    "ended": (promises, "finish_run", True),
    "noted": (running.rights, "ended", False),
}
"""Moment → what is being called, and whether it was done: the system commits after `prepared`, before `committed`."""

ARCHIVING: Final[dict[str, tuple[Any, str, bool]]] = {
    **MOMENTS,
    "archived": (RecordArchivist, "close", True),
    "unkept": (RecordArchive, "keep", False),
    "kept": (RecordArchive, "keep", True),
}
"""The same where rows go to the archive: they are kept there once their system has committed."""


@contextmanager
def killed(moment: str) -> Iterator[None]:
    """Whoever comes to this moment is killed there."""
    owner, name, done = ARCHIVING[moment]
    really = getattr(owner, name)

    def dies(*given: Any, **named: Any) -> Any:
        if done:
            really(*given, **named)
        raise RunInterruptedError(f"killed: {moment}")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(owner, name, dies)
        yield


def again_and_again(
    dice: random.Random,
    carry_out: Callable[[], object],
    story: list[str],
    meanwhile: Callable[[], None],
    moments: Collection[str] = tuple(MOMENTS),
) -> None:
    """Carry something out; one time in three its process is killed first, and in some of these once more; systems live on."""
    for _ in range(2):
        if dice.random() < 0.35:
            moment = dice.choice([*moments])
            story.append(f"… killed: {moment}")
            with killed(moment), suppress(RunInterruptedError):
                carry_out()
            if dice.random() < 0.4:
                meanwhile()
    carry_out()
