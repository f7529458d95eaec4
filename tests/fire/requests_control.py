"""What the test of requests does inside the demo's installation: approve some, ask which job is next, tell how it ended."""

from __future__ import annotations

import json
import sys
from typing import Any

from garant.demo.site import ACCOUNTS, ORGANISATION
from garant.site import setup


def approve(emails: list[str]) -> None:
    """An erasure for each of them, searched, planned and approved."""
    from garant.apps.rights import services
    from garant.apps.rights.words import Method, Right

    for email in emails:
        asked = services.Asked(Right.ERASURE, services.Whom(email=email, name="Jeanne Essai"))
        key = services.receive(ORGANISATION, asked).request.key
        services.accept(ORGANISATION, key, Method.KNOWN_CONTACT, actor=ACCOUNTS[1].email)
        services.search(ORGANISATION, key)
        services.approve(ORGANISATION, key, actor=ACCOUNTS[0].email)


def state() -> dict[str, Any]:
    """The runs asked for that have not ended, the first asked first; the requests' ends; the runs; the ledger."""
    from garant.apps.evidence import services as evidence
    from garant.apps.jobs.models import OPEN, Job
    from garant.apps.promises.models import Plan, Run
    from garant.apps.promises.recording.fates import fates_of
    from garant.apps.rights import services
    from garant.apps.scoping import scoped

    services.ask_again(ORGANISATION)
    requests = services.listing(ORGANISATION)
    fates = fates_of(ORGANISATION, [one.plan for one in requests])
    with scoped(ORGANISATION):
        waiting = Job.objects.filter(kind="run", state__in=OPEN).order_by("asked_at")
        return {
            "jobs": list(waiting.values_list("key", flat=True)),
            "states": [one.state for one in requests],
            "ends": [fates[one.plan].state if one.plan in fates else "" for one in requests],
            "ran": [sum(step.kind == "ran" for step in services.story(one).steps) for one in requests],
            "runs": Run.objects.count(),
            "gathered": Plan.objects.filter(gathered_in__isnull=False).count(),
            "entries": evidence.verify_database(ORGANISATION).entries,
        }


if __name__ == "__main__":
    setup.wake()
    if sys.argv[1:]:
        approve(sys.argv[1:])
    json.dump(state(), sys.stdout)
