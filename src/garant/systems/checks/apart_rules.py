"""GAR539: what a restriction sets apart has to come back."""

from typing import Final

from garant.systems.checks.findings import rule

_APART: Final = "restriction: {client: null}\nfiles: []\napart: {client: {client: {%s}}}\n"

CANNOT_COME_BACK: Final = rule(
    539,
    "cannot-come-back",
    (
        "Cette colonne ne peut être mise à part, puis remise en place.",
        "This column cannot be set apart, then put back.",
    ),
    (
        (
            "RGPD, art. 18\u202f: une limitation garde les données. Sans cette colonne, la carte ne saurait plus à qui est la "
            "ligne, qui est quoi, ce que la loi garde, ou ne retrouverait plus la personne."
        ),
        (
            "GDPR, art. 18: a restriction keeps the data. Without this column, the map would no longer know whose the row is, "
            "who is what, what the law keeps, or would not find the person again."
        ),
    ),
    (
        (
            "La retirer de apart, ou marquer identity (email, phone, number) une colonne par où l’on retrouve la personne. "
            "Sans apart, la limitation est demandée à quelqu’un."
        ),
        (
            "Remove it from apart, or mark identity (email, phone, number) a column by which the person is found. Without "
            "apart, the restriction is asked of somebody."
        ),
    ),
    (_APART % "ended: blank", _APART % "name: {constant: —}, email: blank"),
)
