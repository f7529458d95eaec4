"""What tasks write to the ledger: keys, days, numbers, a signature; neither whom, nor by whom, nor why."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from garant.ledger.entries import Base64, Count, Day, Digest, Key, Payload, entry_kind

Outcome = Literal["done", "nothing-found", "refused"]


@entry_kind(
    "task.created",
    fr="Une personne est chargée de chercher là où aucun programme n’atteint.",
    en="A person is asked to look where no program reaches.",
)
class TaskCreated(Payload):
    """From here until it is answered, the promise is unproven there."""

    task: Key = Field(description="the task's key")
    run: Key = Field(description="the key of the run, or of the access request, that it is a part of")
    system: Key = Field(description="the system's key")
    rule: Key | None = Field(default=None, description="the retention rule; none for a person's request")
    due: Day = Field(description="the day by which the answer is due")
    statement: Digest = Field(description="the digest of what was asked")


@entry_kind("task.reminded", fr="Un rappel a été préparé.", en="A reminder was made ready.")
class TaskReminded(Payload):
    """The answer had not come yet."""

    task: Key = Field(description="the task's key")
    times: Count = Field(description="how many reminders there have been, this one included")


@entry_kind("task.answered", fr="Une réponse signée est arrivée.", en="A signed answer has come.")
class TaskAnswered(Payload):
    """What the person states, under their own signature: the receipt of what no program can verify."""

    task: Key = Field(description="the task's key")
    run: Key = Field(description="the key of the run, or of the access request")
    system: Key = Field(description="the system's key")
    rule: Key | None = Field(default=None, description="the retention rule; none for a person's request")
    outcome: Outcome = Field(description="what became of it")
    found: Count = Field(description="how many items were found")
    treated: Count = Field(
        description="how many of them were destroyed, corrected, put aside or copied for the person"
    )
    statement: Digest = Field(description="the digest of what was asked")
    answer: Digest = Field(description="the digest of the text that was signed")
    signer: Digest = Field(description="the digest of the public key that verifies it")
    signature: Base64 = Field(description="the Ed25519 signature of the text")
    late: Count = Field(description="days after the due day")


@entry_kind(
    "task.key-trusted",
    fr="Une clé publique vérifiera les réponses d’un système.",
    en="A public key will verify the answers for a system.",
)
class TaskKeyTrusted(Payload):
    """Answers signed by another key are refused."""

    system: Key = Field(description="the system's key")
    signer: Digest = Field(description="the digest of the public key")
