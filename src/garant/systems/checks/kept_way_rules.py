"""GAR536 to GAR538, GAR540 and GAR541: duties that keep something, and not what says whose it is, or for how long."""

from typing import Final

from garant.systems.checks.findings import rule


def _ticket_kept(keeps: str, *, links: str = "") -> str:
    links = f"tables: {{note: {{links: [{links}]}}}}\n" if links else ""
    duty = f"{{rule: invoices, root: client, role: client, event: end, keeps: {keeps}"
    return f"{links}duties:\n  - {duty},\n     why: {{fr: Litiges., en: Disputes.}}}}\n"


def _counted_from(keeps: str) -> str:
    day = "{root: client, type: date, query: 'SELECT client_id AS key, closed AS at FROM ticket'}"
    duty = f"{{rule: invoices, root: client, role: client, event: last, keeps: {keeps}"
    return f"events: {{last: [{day}]}}\nduties:\n  - {duty},\n     why: {{fr: Litiges., en: Disputes.}}}}\n"


def _kept_directly(keeps: str) -> str:
    duty = f"{{rule: invoices, root: client, role: client, event: end, keeps: {keeps}"
    return f"duties:\n  - {duty},\n     why: {{fr: Litiges., en: Disputes.}}}}\n"


_CALLS: Final = """\
roots: {agent: {table: agent, key: id}}
roles: {agent: {root: agent, query: SELECT id AS key FROM agent}}
events:
  last:
    - {root: client, type: date, query: 'SELECT client_id AS key, day AS at FROM call'}
    - {root: agent, type: date, query: 'SELECT agent_id AS key, day AS at FROM call'}
tables:
  agent: {key: id, links: [{root: agent, column: id}]}
  call: {key: id, links: [{root: client, column: client_id}, {root: agent, column: agent_id}]}
dispositions:
  erase-agent: {root: agent, actions: [{table: call, do: delete}, {table: agent, do: delete}]}
identities: {number: [{root: agent, query: 'SELECT id AS key FROM agent WHERE number = :identity'}]}
duties:
"""


def _dated_by_calls(*roots: str) -> str:
    kept = "event: last, why: {fr: Suivi., en: Follow-up.}, keeps: {call: {row: true}}"
    return _CALLS + "".join(f"  - {{rule: invoices, root: {root}, role: {root}, {kept}}}\n" for root in roots)


_NOTE: Final = "{note: {row: true, columns: [text]}}"
_BOTH: Final = "{note: {row: true, columns: [text]}, ticket: {row: true}, client: {row: true}}"
_THROUGH, _DIRECT = "{parent: ticket, column: ticket_id}", "{root: client, column: client_id}"

WAY_NOT_KEPT: Final = rule(
    536,
    "way-not-kept",
    (
        "Le devoir retient ces lignes, et non celles qui disent à qui elles sont.",
        "The duty keeps these rows, and not those that say whose they are.",
    ),
    (
        (
            "Une fois le chemin coupé, le devoir ne les retient plus\u202f: un autre départ les efface trop tôt, ou plus "
            "rien ne les efface, et la personne ne les retrouve pas (RGPD, art. 5(1)(e) et 15)."
        ),
        (
            "Once the way is cut, the duty no longer holds them: another person’s leaving erases them too soon, or "
            "nothing ever does, and the person does not find them (GDPR, art. 5(1)(e) and 15)."
        ),
    ),
    (
        "Ajouter au devoir la table qui est sur le chemin (row: true, sans colonnes), ou la colonne qui est changée.",
        "Add to the duty the table on the way (row: true, no columns), or the column that is changed.",
    ),
    (_ticket_kept(_NOTE), _ticket_kept(_BOTH)),
)
WAY_DOUBTFUL: Final = rule(
    537,
    "one-way-kept",
    (
        "Un des chemins de ces lignes vers la personne part\u202f; un autre reste.",
        "One of the ways from these rows to the person goes; another one stays.",
    ),
    (
        "Les lignes qui n’ont que le premier ne seraient plus à personne.",
        "The rows that have only the first would be nobody’s any more.",
    ),
    (
        "Ajouter au devoir la table qui est sur ce chemin (row: true), à moins que toute ligne n’ait l’autre.",
        "Add to the duty the table on this way (row: true), unless every row has the other.",
    ),
    (
        _ticket_kept(_NOTE, links=f"{_THROUGH}, {_DIRECT}"),
        _ticket_kept(_BOTH, links=f"{_THROUGH}, {_DIRECT}"),
    ),
    severity="warning",
)
GROUND_NOT_KEPT: Final = rule(
    538,
    "ground-not-kept",
    (
        "Le devoir est jugé sur des données qui partent pendant qu’il tient.",
        "The duty is judged by data that go while it holds.",
    ),
    (
        (
            "Une fois parties, elles ne disent plus qui il retient, ni jusqu’à quand\u202f: ce qu’il garde part plus "
            "tôt que le plan ne l’a dit (RGPD, art. 5(1)(e))."
        ),
        (
            "Once gone, they no longer say whom it holds, or until when: what it keeps goes sooner than the plan said "
            "(GDPR, art. 5(1)(e))."
        ),
    ),
    (
        "Ajouter au devoir ces lignes (row: true, sans colonnes) ou cette colonne, ou ne pas les lire.",
        "Add to the duty these rows (row: true, no columns) or this column, or do not read them.",
    ),
    (
        _counted_from("{client: {row: true}}"),
        _counted_from("{client: {row: true}, ticket: {row: true}}"),
    ),
    severity="warning",
)
GROUND_OF_ANOTHER: Final = rule(
    540,
    "ground-of-another",
    (
        "Le devoir est jugé sur des lignes qui partent avec une autre racine.",
        "The duty is judged by rows that go with another root.",
    ),
    (
        (
            "Une fois parties, elles ne disent plus qui il retient, ni jusqu’à quand\u202f: ce qu’il garde part plus "
            "tôt que le plan ne l’a dit (RGPD, art. 5(1)(e))."
        ),
        (
            "Once gone, they no longer say whom it holds, or until when: what it keeps goes sooner than the plan said "
            "(GDPR, art. 5(1)(e))."
        ),
    ),
    (
        (
            "Donner à l’autre racine un devoir du même événement, aussi long, qui garde ces lignes (row: true), ou ne "
            "pas lire les siennes."
        ),
        (
            "Give the other root a duty of the same event, no shorter, that keeps these rows (row: true), or do not "
            "read those it owns."
        ),
    ),
    (_dated_by_calls("client"), _dated_by_calls("client", "agent")),
    severity="warning",
)
NOT_FOUND_AGAIN: Final = rule(
    541,
    "not-found-again",
    (
        "Une fois le devoir fini, aucune promesse ne retrouve ce qu’il a retenu.",
        "Once the duty is over, no promise finds what it kept.",
    ),
    (
        (
            "Le reste est parti, et avec lui ce par quoi une promesse trouve la personne\u202f: sa ligne, ou ce qui la date. "
            "Ce qui a été gardé resterait pour toujours (RGPD, art. 5(1)(e))."
        ),
        (
            "The rest has gone, and with it that by which a promise finds the person: their row, or what dates them. What "
            "was kept would stay for ever (GDPR, art. 5(1)(e))."
        ),
    ),
    (
        (
            "Garder aussi ce que lisent le rôle et l’événement d’une promesse (row: true, sans colonnes), ou ajouter une "
            "promesse qui lit ce que le devoir garde."
        ),
        (
            "Keep what the role and the event of a promise read too (row: true, no columns), or add a promise that reads "
            "what the duty keeps."
        ),
    ),
    (_kept_directly("{ticket: {row: true}}"), _kept_directly("{ticket: {row: true}, client: {row: true}}")),
    severity="warning",
)
