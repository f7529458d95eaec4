"""What jobs write to the ledger: that somebody stopped one."""

from __future__ import annotations

from pydantic import Field

from garant.ledger.entries import Key, Payload, entry_kind


@entry_kind(
    "job.stopped",
    fr="Une personne a demandé l’arrêt d’un travail.",
    en="Somebody asked for a job to stop.",
)
class JobStopped(Payload):
    """What it had done stays done; what was left is to be asked for again."""

    job: Key = Field(description="the job's key")
    work: Key = Field(description="what it was to do")
    begun: bool = Field(description="whether it had begun: it then stops between two batches")
