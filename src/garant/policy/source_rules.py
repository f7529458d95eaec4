"""GAR0xx: why a document cannot be used at all."""

from .diagnostics import RULES, Rule
from .text import Text


def _rule(code: str, slug: str, title: Text, why: Text, mend: Text, examples: tuple[str, str]) -> Rule:
    bad, good = examples
    return RULES.add(Rule(code, slug, title, why, mend, bad, good))


UNREADABLE = _rule(
    "GAR001",
    "unreadable",
    Text(fr="Le fichier ou le dossier ne peut pas être lu.", en="The file or folder cannot be read."),
    Text(
        fr="Garant ne tient que les promesses qu’il peut lire.",
        en="Garant keeps only the promises it can read.",
    ),
    Text(
        fr="Donner un chemin qui existe, lisible, avec au moins un fichier .yaml.",
        en="Give a path that exists, is readable and holds at least one .yaml file.",
    ),
    (
        "# a folder without any .yaml file\n",
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
ENCODING = _rule(
    "GAR002",
    "encoding",
    Text(fr="Le fichier n’est pas du texte en UTF-8.", en="The file is not UTF-8 text."),
    Text(
        fr="YAML 1.2, chapitre 5\u202f: un document est fait de caractères imprimables, ici en UTF-8.",
        en="YAML 1.2, chapter 5: a document is made of printable characters, here in UTF-8.",
    ),
    Text(
        fr="Enregistrer le fichier en UTF-8 et retirer les caractères de contrôle.",
        en="Save the file as UTF-8 and remove the control characters.",
    ),
    (
        'organisation: {name: "A\\uD800"}\n',
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
SYNTAX = _rule(
    "GAR003",
    "syntax",
    Text(fr="Ce n’est pas du YAML.", en="This is not YAML."),
    Text(fr="YAML 1.2.", en="YAML 1.2."),
    Text(
        fr="Vérifier l’alignement, les deux-points, les guillemets et les crochets autour de cet endroit.",
        en="Check the alignment, colons, quotes and brackets around this place.",
    ),
    ("organisation: {key: acme\n", "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"),
)
DUPLICATE_KEY = _rule(
    "GAR004",
    "duplicate-key",
    Text(fr="La clé est écrite deux fois.", en="The key is written twice."),
    Text(
        fr="YAML 1.2, 3.2.1.1\u202f: les clés sont uniques\u202f; sinon l’une des deux promesses serait oubliée en silence.",
        en="YAML 1.2, 3.2.1.1: keys are unique; otherwise one of the two promises would be silently forgotten.",
    ),
    Text(fr="Garder une seule des deux, ou en renommer une.", en="Keep only one of the two, or rename one."),
    (
        "organisation: {key: acme, name: Acme, name: Other, time_zone: Europe/Paris}\n",
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
TAG = _rule(
    "GAR005",
    "tag",
    Text(
        fr="Les étiquettes YAML («\u202f!…\u202f») ne sont pas acceptées.",
        en="YAML tags (“!…”) are not accepted.",
    ),
    Text(
        fr="Une étiquette peut faire construire n’importe quel objet\u202f; un document n’est que du texte.",
        en="A tag can make any object be built; a document is nothing but text.",
    ),
    Text(
        fr="Retirer l’étiquette\u202f; mettre le texte entre guillemets.",
        en="Remove the tag; put text between quotes.",
    ),
    (
        "organisation: !!python/object:os.system {}\n",
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
ALIAS = _rule(
    "GAR006",
    "alias",
    Text(fr="L’alias ne peut pas être suivi.", en="The alias cannot be followed."),
    Text(
        fr="Un alias qui se contient, ou qui se multiplie, épuiserait la mémoire.",
        en="An alias that contains itself, or multiplies, would exhaust memory.",
    ),
    Text(fr="Écrire la valeur là où elle sert.", en="Write the value where it is used."),
    (
        "organisation: &a {key: acme, name: *a, time_zone: Europe/Paris}\n",
        "organisation: {key: &a acme, name: *a, time_zone: Europe/Paris}\n",
    ),
)
TOO_LARGE = _rule(
    "GAR007",
    "too-large",
    Text(fr="Le document est trop grand ou trop profond.", en="The document is too large or too deep."),
    Text(
        fr="Une limite protège de l’épuisement de la mémoire et du temps.",
        en="A limit protects against the exhaustion of memory and time.",
    ),
    Text(
        fr="Répartir le contenu en plusieurs fichiers, sans emboîtements inutiles.",
        en="Split the content into several files, without needless nesting.",
    ),
    ("a: " + "[" * 40 + "]" * 40 + "\n", "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"),
)
OUTSIDE = _rule(
    "GAR008",
    "outside",
    Text(fr="Le lien mène hors du dossier.", en="The link leads out of the folder."),
    Text(
        fr="Ce qui est promis tient dans le dossier\u202f: il se relit, se compare et se signe d’un bloc.",
        en="What is promised stands in the folder: it is reviewed, compared and signed as a whole.",
    ),
    Text(fr="Copier le fichier dans le dossier.", en="Copy the file into the folder."),
    (
        "# retention.yaml is a link to ../elsewhere/retention.yaml\n",
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
UNSUPPORTED = _rule(
    "GAR009",
    "unsupported-yaml",
    Text(fr="Cette forme de YAML n’est pas acceptée.", en="This form of YAML is not accepted."),
    Text(
        fr="Un document par fichier, des clés qui sont du texte, et rien de caché par une fusion («\u202f<<\u202f»).",
        en="One document per file, keys that are text, and nothing hidden by a merge (“<<”).",
    ),
    Text(fr="Écrire simplement chaque clé avec sa valeur.", en="Simply write each key with its value."),
    ("? [a, b]\n: c\n", "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"),
)
NOT_A_MAPPING = _rule(
    "GAR010",
    "not-a-mapping",
    Text(fr="Le fichier ne contient pas de sections.", en="The file holds no sections."),
    Text(
        fr="Un fichier est fait de clés suivies de leur valeur.",
        en="A file is made of keys followed by their value.",
    ),
    Text(
        fr="Écrire au moins une section, ou retirer le fichier.",
        en="Write at least one section, or remove the file.",
    ),
    ("- organisation\n", "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n"),
)
UNKNOWN_KEY = _rule(
    "GAR020",
    "unknown-key",
    Text(fr="Clé inconnue.", en="Unknown key."),
    Text(
        fr="Une clé que Garant ne connaît pas serait une promesse que personne ne tient.",
        en="A key that Garant does not know would be a promise that nobody keeps.",
    ),
    Text(fr="Corriger la clé, ou la retirer.", en="Correct the key, or remove it."),
    (
        "organisation: {key: acme, nmae: Acme, name: Acme, time_zone: Europe/Paris}\n",
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
MISSING_KEY = _rule(
    "GAR021",
    "missing-key",
    Text(fr="Une clé obligatoire manque.", en="A required key is missing."),
    Text(fr="Sans elle le document n’a pas de sens.", en="Without it the document has no meaning."),
    Text(fr="Ajouter la clé.", en="Add the key."),
    (
        "organisation: {key: acme, name: Acme}\n",
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
WRONG_TYPE = _rule(
    "GAR022",
    "wrong-type",
    Text(fr="La valeur n’est pas du type attendu.", en="The value is not of the expected type."),
    Text(
        fr="Rien n’est converti en silence\u202f: une promesse se lit d’une seule façon.",
        en="Nothing is converted silently: a promise reads one way only.",
    ),
    Text(fr="Écrire la valeur sous la forme attendue.", en="Write the value in the expected form."),
    (
        "organisation: {key: acme, name: 42, time_zone: Europe/Paris}\n",
        'organisation: {key: acme, name: "42", time_zone: Europe/Paris}\n',
    ),
)
WRONG_CHOICE = _rule(
    "GAR023",
    "wrong-choice",
    Text(fr="La valeur n’est pas l’une de celles permises.", en="The value is not one of those allowed."),
    Text(fr="Chaque valeur permise a un sens précis.", en="Each value allowed has a precise meaning."),
    Text(fr="Choisir l’une des valeurs permises.", en="Choose one of the values allowed."),
    (
        "format: 2\norganisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
        "format: 1\norganisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
WRONG_FORM = _rule(
    "GAR024",
    "wrong-form",
    Text(fr="La valeur n’a pas la bonne forme.", en="The value does not have the right form."),
    Text(
        fr="Clés, durées, dates, pays, adresses et fuseaux ont une forme fixe (ISO 8601, ISO 3166, IANA).",
        en="Keys, periods, dates, countries, addresses and zones have a fixed form (ISO 8601, ISO 3166, IANA).",
    ),
    Text(fr="Écrire la valeur sous la forme attendue.", en="Write the value in the expected form."),
    (
        "organisation: {key: acme, name: Acme, time_zone: Paris}\n",
        "organisation: {key: acme, name: Acme, time_zone: Europe/Paris}\n",
    ),
)
