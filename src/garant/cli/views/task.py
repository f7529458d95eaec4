"""Tasks for people to read: who is asked what until when, how late, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.text import Text as Words

from garant.cli import state
from garant.cli.exits import Exit
from garant.cli.language import plural, say, spoken
from garant.cli.output import err, note, out, table, warn
from garant.policy.text import Text
from garant.site.setup import NotReadyError

if TYPE_CHECKING:
    from garant.apps.promises.services import Received
    from garant.apps.tasks.models import Task


def show_list(found: Sequence[Task], left: Mapping[str, int], pressing: Sequence[Task]) -> None:
    """A table of tasks; those that are late are said first, and loudly."""
    for task in pressing:
        if left[task.key] < 0:
            out().print(f"[bold red]{escape(said_late(task, -left[task.key]))}[/]", soft_wrap=True)
    if not found:
        note("Aucune tâche n’attend de réponse.", "No task awaits an answer.")
        return
    shown = table(
        say("Tâche", "Task"),
        say("Système", "System"),
        say("À qui", "Who"),
        say("Pour le", "Due"),
        say("Reste", "Left"),
        say("État", "State"),
        say("Rappels", "Reminders"),
    )
    for task in found:
        shown.add_row(
            task.key,
            task.statement["system"],
            task.statement["responsible"],
            day(task.due_on),
            _left(left[task.key]) if task.waiting else "·",
            state_words(task.state),
            str(task.reminded),
        )
    out().print(shown)


def _left(days: int) -> str | Words:
    """How many days there are before the answer is due, or since it was."""
    if days == 0:
        return say("aujourd’hui", "today")
    some = plural(abs(days), ("jour", "jours"), ("day", "days"))
    return some if days > 0 else Words(f"− {some}", style="bold red")


def said_late(task: Task, days: int) -> str:
    """How late a task is, in words."""
    late = plural(days, ("jour", "jours"), ("day", "days"))
    return say(
        f"EN RETARD de {late} : {task.statement['system']}, {task.statement['responsible']} ({task.key})",
        f"LATE by {late}: {task.statement['system']}, {task.statement['responsible']} ({task.key})",
    )


def tell_overdue(organisation: str) -> None:
    """Say what is late, where Garant is set up: a plan that looks fine may hide an answer that never came."""
    try:
        state.ready()
    except NotReadyError:
        return
    from garant.apps.tasks import services

    for task in services.overdue(organisation):
        err().print(f"[bold red]{escape(said_late(task, services.days_late(task)))}[/]", soft_wrap=True)


def tell_asked(asked: Sequence[Task]) -> None:
    """What the export does not hold yet: what persons were asked to look for, until when."""
    for task in asked:
        statement, due = task.statement, day(task.due_on)
        who = f"{statement['responsible']} <{statement['email']}>"
        label = Text.model_validate(statement["label"])
        warn(
            Text(
                fr=f"{label.say('fr')} n’a pas été regardé\u202f: {who} est chargé d’y chercher avant le {due} "
                f"(tâche {task.key}). Rien n’est complet avant sa réponse.",
                en=f"{label.say('en')} was not looked at: {who} is asked to look there by {due} (task {task.key}). "
                "Nothing is complete before the answer.",
            )
        )


def show_question(task: Task, whom: Mapping[str, Mapping[str, str]], days: int) -> None:
    """One task, whole."""
    statement = task.statement
    note(task.key, task.key)
    label = _words(statement["label"])
    note(f"Système : {label} ({statement['system']})", f"System: {label} ({statement['system']})")
    who = f"{statement['responsible']} <{statement['email']}>"
    note(f"À qui : {who}", f"Who: {who}")
    due = day(task.due_on)
    note(f"Pour le : {due}", f"Due: {due}")
    if days:
        out().print(f"[bold red]{escape(said_late(task, days))}[/]", soft_wrap=True)
    to_do = _words(statement["look_for"])
    note(f"À faire : {to_do}", f"To do: {to_do}")
    for hold in statement["holds"]:
        note(_words(hold), _words(hold))
    for kind, value in whom["identities"].items():
        note(f"Personne : {kind} = {value}", f"Person: {kind} = {value}")
    for kind, value in whom["corrections"].items():
        note(f"Nouvelle valeur : {kind} = {value}", f"New value: {kind} = {value}")
    note(f"État : {state_words(task.state)}", f"State: {state_words(task.state)}")
    if task.answer:
        note(task.answer, task.answer)


def reminder(task: Task, days: int) -> str:
    """The words of a reminder, ready to be sent; they name nobody but who is asked."""
    statement, due = task.statement, day(task.due_on)
    late = plural(days, ("jour", "jours"), ("day", "days"))
    label, to_do = _words(statement["label"]), _words(statement["look_for"])
    when = (
        say(
            f"La réponse était attendue le {due}, il y a {late}.", f"The answer was due on {due}, {late} ago."
        )
        if days
        else say(f"La réponse est attendue pour le {due}.", f"The answer is due on {due}.")
    )
    return say(
        f"À : {statement['email']}\nObjet : {label}, réponse attendue\n\n"
        f"Bonjour {statement['responsible']},\n\n{when}\n\n{to_do}\n\n"
        f"De qui il s’agit, s’il s’agit d’une personne, vous est remis à part. Tâche : {task.key}\n",
        f"To: {statement['email']}\nSubject: {label}, answer awaited\n\n"
        f"Dear {statement['responsible']},\n\n{when}\n\n{to_do}\n\n"
        f"Whom it is about, if it is about a person, is handed to you apart. Task: {task.key}\n",
    )


def tell_answered(received: Received, asked: Sequence[Task]) -> int:
    """What an answer changed; gives the exit code."""
    french, english = ("La demande", "Request") if received.purpose == "access" else ("L’exécution", "Run")
    run, waiting = received.key, sum(task.waiting for task in asked)
    if waiting:
        still = plural(waiting, ("réponse", "réponses"), ("answer", "answers"))
        note(
            f"Réponse reçue et inscrite. {french} {run} attend encore {still}.",
            f"Answer received and entered. {english} {run} still awaits {still}.",
        )
        return Exit.FINDINGS
    if received.state == "kept":
        note(
            f"Réponse reçue et inscrite. {french} {run} est close : tout a été fait.",
            f"Answer received and entered. {english} {run} is closed: everything was done.",
        )
        return Exit.OK
    note(
        f"Réponse reçue et inscrite. {french} {run} est close, mais tout n’a pas été fait.",
        f"Answer received and entered. {english} {run} is closed, but not everything was done.",
    )
    return Exit.FINDINGS


def state_words(state: str) -> str:
    """The state of a task, in words."""
    return {
        "waiting": say("attendue", "awaited"),
        "done": say("fait", "done"),
        "partly": say("fait en partie", "done in part"),
        "nothing-found": say("rien trouvé", "nothing found"),
        "refused": say("refusé", "refused"),
    }[state]


def day(of: date) -> str:
    """A day as the reader writes it."""
    return say(f"{of:%d/%m/%Y}", of.isoformat())


def _words(text: Mapping[str, str]) -> str:
    other = "en" if spoken() == "fr" else "fr"
    return text[spoken()] or text[other]
