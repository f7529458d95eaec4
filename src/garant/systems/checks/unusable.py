"""GAR04x: why a data map cannot be used at all."""

from typing import Final

from garant.policy.diagnostics import RULES, Rule
from garant.policy.text import Text

UNKNOWN_SHIPPED_MAP: Final = RULES.add(
    Rule(
        "GAR040",
        "unknown-shipped-map",
        Text(
            fr="Aucune carte de ce nom n’est livrée avec Garant.", en="No map of that name ships with Garant."
        ),
        Text(
            fr="«\u202fuse\u202f» part d’une carte livrée\u202f; sans elle, la carte n’est pas entière.",
            en="“use” starts from a shipped map; without it, the map is not whole.",
        ),
        Text(
            fr="Nommer une carte livrée, ou retirer «\u202fuse\u202f».",
            en="Name a shipped map, or remove “use”.",
        ),
        bad="use: no-such-system\n",
        good="use: odoo18\n",
    )
)
SECRET_IN_MAP: Final = RULES.add(
    Rule(
        "GAR041",
        "secret-in-map",
        Text(fr="La carte contient un secret.", en="The map holds a secret."),
        Text(
            fr="RGPD, art. 32\u202f: une carte se copie et se publie\u202f; un mot de passe y est perdu.",
            en="GDPR, art. 32: a map is reviewed, copied and published; a password written there is lost.",
        ),
        Text(
            fr="Nommer une variable d’environnement (connection: {env: …})\u202f; changer ce mot de passe.",
            en="Name an environment variable (connection: {env: …}); change that password.",
        ),
        bad="connection: {url: 'postgresql://garant:hunter2@db/crm'}\n",
        good="connection: {env: GARANT_CRM_URL}\n",
    )
)
SAME_SYSTEM: Final = RULES.add(
    Rule(
        "GAR042",
        "same-system",
        Text(fr="Deux cartes décrivent le même système.", en="Two maps describe the same system."),
        Text(
            fr="Plans, reçus et promesses nomment un système par sa clé\u202f; elle est unique.",
            en="Plans, receipts and promises name a system by its key; it is unique.",
        ),
        Text(fr="Donner une autre clé à l’un des deux.", en="Give one of them another key."),
        bad="system: crm  # in a.yaml and in b.yaml\n",
        good="system: crm\n",
    )
)
BY_HAND: Final = RULES.add(
    Rule(
        "GAR043",
        "worked-by-hand",
        Text(fr="Ce système est tenu à la main.", en="This system is worked by hand."),
        Text(
            fr="Aucun programme ne l’atteint\u202f: il n’y a ni tables ni adresse à interroger.",
            en="No program reaches it: there are no tables and no address to ask.",
        ),
        Text(
            fr="Le laisser parmi les cartes\u202f: un plan en fera des tâches (garant task list).",
            en="Leave it among the maps: a plan turns it into tasks (garant task list).",
        ),
        bad="connector: manual  # where a database is asked for\n",
        good="connector: sql\n",
    )
)
