"""Each right offered: requests are answered in time (GDPR art. 12(3))."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from garant.apps.controls.findings import Finding, Mend, State
from garant.apps.controls.gathering import Seen
from garant.apps.rights.services import Standing
from garant.policy.text import Text
from garant.publish.words import counted

_LABEL = Text(fr="Les demandes ont leur réponse dans le délai", en="Requests are answered in time")

_TOLD = Text(
    fr="Ceux qui avaient reçu les données disent ce qu’ils en ont fait",
    en="Those who had received the data say what they did",
)


def look(seen: Seen) -> Iterator[Finding]:
    """What is asked of people by hand within its day, the requests that are open, then each right."""
    yield _in_time(seen)
    yield _recipients(*seen.recipients)
    for kind, right in seen.policy.rights.offered.items():
        yield _right(kind, right.statement, seen.requests.get(kind))


def _in_time(seen: Seen) -> Finding:
    tasks, requests = len(seen.late_tasks), sum(one.late for one in seen.requests.values())
    open_requests = sum(one.open for one in seen.requests.values())
    evidence: dict[str, Any] = {"requests": open_requests, "late": requests, "tasks": seen.open_tasks}
    if requests:
        words = counted(
            requests,
            Text(fr="demande a dépassé son délai.", en="request is late."),
            Text(fr="demandes ont dépassé leur délai.", en="requests are late."),
        )
        mend = Mend(Text(fr="Voir les demandes en retard", en="See the late requests"), "requests:list")
    elif tasks:
        words = counted(
            tasks,
            Text(fr="tâche a dépassé sa date.", en="task is past its day."),
            Text(fr="tâches ont dépassé leur date.", en="tasks are past their day."),
        )
        mend = Mend(Text(fr="Voir les tâches en retard", en="See the late tasks"), "plans:list")
    else:
        asked = counted(open_requests, Text(fr="demande", en="request"), Text(fr="demandes", en="requests"))
        given = counted(seen.open_tasks, Text(fr="tâche", en="task"), Text(fr="tâches", en="tasks"))
        words = Text(
            fr=f"{asked.fr} et {given.fr} en cours, aucune en retard.",
            en=f"{asked.en} and {given.en} open, none late.",
        )
        return Finding("requests", 8, _LABEL, State.KEPT, words, 0, evidence)
    return Finding("requests", 8, _LABEL, State.BROKEN, words, requests + tasks, evidence, mend)


def _recipients(told: int, silent: int) -> Finding:
    """Those who had received the data are told, and say what they did (GDPR art. 19)."""
    evidence: dict[str, Any] = {"told": told, "silent": silent}
    if silent:
        words = counted(
            silent,
            Text(
                fr="destinataire prévenu n’a pas répondu à temps.",
                en="recipient that was told did not answer in time.",
            ),
            Text(
                fr="destinataires prévenus n’ont pas répondu à temps.",
                en="recipients that were told did not answer in time.",
            ),
        )
        mend = Mend(Text(fr="Voir les demandes", en="See the requests"), "requests:list")
        return Finding("recipients", 8, _TOLD, State.BROKEN, words, silent, evidence, mend)
    if not told:
        words = Text(
            fr="Aucun destinataire n’a encore été prévenu d’une demande.",
            en="No recipient was told of a request yet.",
        )
        return Finding("recipients", 8, _TOLD, State.UNPROVEN, words, 0, evidence)
    words = counted(
        told,
        Text(fr="destinataire prévenu, sans retard.", en="recipient told, in time."),
        Text(fr="destinataires prévenus, aucun en retard.", en="recipients told, none late."),
    )
    return Finding("recipients", 8, _TOLD, State.KEPT, words, 0, evidence)


def _right(kind: str, statement: Text, stands: Standing | None) -> Finding:
    """Kept where requests of the last year were all answered in time; broken where one was not, or is late."""
    if stands is None or not (stands.open or stands.answered):
        words = Text(
            fr="Aucune demande n’est encore suivie ici ; la première, et sa réponse, en feront la preuve.",
            en="No request is followed here yet; the first one and its answer will prove it.",
        )
        return Finding(f"right.{kind}", 8, statement, State.UNPROVEN, words)
    late = stands.late + stands.answered_late
    evidence = {"open": stands.open, "answered": stands.answered, "late": late}
    if late:
        words = counted(
            late,
            Text(fr="demande n’a pas eu sa réponse dans le délai.", en="request was not answered in time."),
            Text(
                fr="demandes n’ont pas eu leur réponse dans le délai.",
                en="requests were not answered in time.",
            ),
        )
        mend = Mend(Text(fr="Voir les demandes", en="See the requests"), "requests:list")
        return Finding(f"right.{kind}", 8, statement, State.BROKEN, words, late, evidence, mend)
    if not stands.answered:
        words = Text(fr="La première demande est en cours.", en="The first request is under way.")
        return Finding(f"right.{kind}", 8, statement, State.UNPROVEN, words, 0, evidence)
    words = counted(
        stands.answered,
        Text(fr="demande répondue en un an, dans le délai.", en="request answered within a year, in time."),
        Text(
            fr="demandes répondues en un an, toutes dans le délai.",
            en="requests answered within a year, all in time.",
        ),
    )
    return Finding(f"right.{kind}", 8, statement, State.KEPT, words, 0, evidence)
