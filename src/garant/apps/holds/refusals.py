"""Refusals: holds that cannot be placed, prolonged or ended as asked, in both languages."""

from __future__ import annotations

from datetime import date

from garant.ledger import LedgerError


class HoldRefusedError(LedgerError):
    """A hold cannot be what was asked."""


def no_end() -> HoldRefusedError:
    """Neither a last day nor a day of review."""
    return HoldRefusedError(
        fr="Une suspension a une fin : donnez --until DATE ; ou, si elle dure tant que personne ne la lève, "
        "--review DATE, le jour où elle doit être réexaminée.",
        en="A hold has an end: give --until DATE; or, if it lasts until someone ends it, --review DATE, the "
        "day by which it must be reviewed.",
    )


def two_ends() -> HoldRefusedError:
    """Both a last day and a day of review."""
    return HoldRefusedError(
        fr="Donnez --until ou --review, pas les deux.", en="Give --until or --review, not both."
    )


def past_end(day: date, today: date) -> HoldRefusedError:
    """Its end is over already."""
    return HoldRefusedError(
        fr=f"Le {day:%d/%m/%Y} est passé ; nous sommes le {today:%d/%m/%Y}. Choisissez un jour à venir.",
        en=f"{day.isoformat()} is over; today is {today.isoformat()}. Choose a day to come.",
    )


def not_one_subject() -> HoldRefusedError:
    """On nothing, or on several things."""
    return HoldRefusedError(
        fr="Une suspension porte sur une personne (--identity), une activité (--activity) ou des lignes "
        "(--rows) : donnez l’un des trois.",
        en="A hold is on a person (--identity), an activity (--activity) or rows (--rows): give one of the "
        "three.",
    )


def nameless() -> HoldRefusedError:
    """Nobody answers for it, or nothing says why."""
    return HoldRefusedError(
        fr="Une suspension dit qui en répond (--owner) et pourquoi (--reason).",
        en="A hold says who answers for it (--owner) and why (--reason).",
    )


def unknown_activity(activity: str, known: list[str]) -> HoldRefusedError:
    """The policy has no such activity."""
    return HoldRefusedError(
        fr=f"La politique n’a pas d’activité {activity!r}. Elle a : {', '.join(known)}",
        en=f"The policy has no activity {activity!r}. It has: {', '.join(known)}",
    )


def unknown_table(system: str, table: str) -> HoldRefusedError:
    """No map names the table, or it names no key."""
    return HoldRefusedError(
        fr=f"Aucune carte ne dit comment nommer une ligne de {system}:{table} (table inconnue, ou sans clé).",
        en=f"No map says how to name a row of {system}:{table} (unknown table, or one without a key).",
    )


def unknown_rows(system: str, table: str, keys: list[str]) -> HoldRefusedError:
    """Rows that are not there; those that were archived have left their table."""
    named = ", ".join(keys[:5])
    return HoldRefusedError(
        fr=f"{system}:{table} n’a pas de ligne {named}. Pour ce qui est déjà dans l’archive, suspendez la personne "
        "(--identity) ou l’activité (--activity).",
        en=f"{system}:{table} has no row {named}. For what is in the archive already, place the hold on the person "
        "(--identity) or the activity (--activity).",
    )


def unknown_identity(kind: str, known: list[str]) -> HoldRefusedError:
    """No system finds people so: the hold would keep nothing, in silence."""
    return HoldRefusedError(
        fr=f"Aucun système ne trouve les personnes par {kind!r} ; ils le font par : {', '.join(known)}",
        en=f"No system finds people by {kind!r}; they do by: {', '.join(known)}",
    )


def unknown_hold(key: str) -> HoldRefusedError:
    """There is no such hold in force."""
    return HoldRefusedError(
        fr=f"Aucune suspension en cours ne porte la clé {key!r}. Tapez : garant hold list",
        en=f"No hold in force has the key {key!r}. Type: garant hold list",
    )
