"""One job, in a process of its own: what it was asked, done to its end, its failure said in words."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from garant.policy.text import Text
from garant.site import setup

Doing = Callable[["object"], dict[str, object]]


def main(key: str) -> int:
    """Do a job; gives 0 when it ended, whatever its end. A second process waits for the first to be gone."""
    setup.wake()
    from django.conf import settings

    from garant.apps.jobs import services
    from garant.apps.promises.running import locks

    while True:
        with locks.only_one(f"job-{key}", Path(settings.GARANT_HOME) / "locks") as mine:
            if mine:
                settle()
                job = services.begin(key)
                if job is not None:
                    _do(job)
                return 0
        time.sleep(1)


def settle() -> None:
    """Load what any job needs, and take it out of what is looked at for garbage: it stays as long as the process.

    A full collection in the middle of a run would go over some 300,000 objects of modules for nothing.
    """
    from garant.apps.jobs import kinds

    assert kinds.KINDS
    gc.freeze()


def _do(job: object) -> None:
    from garant.apps.jobs import services
    from garant.apps.jobs.kinds import KINDS, StoppedError
    from garant.apps.jobs.models import Job, JobState

    assert isinstance(job, Job)
    try:
        outcome = KINDS[job.kind](job)
    except StoppedError:
        services.end(job.key, JobState.STOPPED)
    except Exception as error:
        services.end(job.key, JobState.FAILED, why=_why(error))
        if os.environ.get("GARANT_DEBUG"):
            raise
    else:
        services.end(job.key, JobState.DONE, outcome=outcome)


def _why(error: Exception) -> Text:
    """What a person can read of a failure, without secrets."""
    from garant.apps.promises.opening.discretion import brief, scrub

    message, mend = getattr(error, "message", None), getattr(error, "mend", None)
    if isinstance(message, Text) and isinstance(mend, Text):
        return Text(fr=scrub(f"{message.fr} {mend.fr}"), en=scrub(f"{message.en} {mend.en}"))
    text = getattr(error, "text", None)
    if text is not None:
        return Text(fr=scrub(text.fr), en=scrub(text.en))
    return Text(fr=brief(error), en=brief(error))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
