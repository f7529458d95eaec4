"""French first, English second, wherever the option stands."""

from __future__ import annotations

import errno

import pytest

from garant.cli import language
from garant.cli.usage import in_french, plainly, system_words


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No language but what a test says."""
    for name in ("GARANT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(language, "_current", "fr")


@pytest.mark.parametrize(
    ("arguments", "chosen", "rest"),
    [
        (["check", "p"], "fr", ["check", "p"]),
        (["check", "p", "--language", "en"], "en", ["check", "p"]),
        (["--language=en", "check", "p"], "en", ["check", "p"]),
        (["check", "--", "--language", "en"], "fr", ["check", "--", "--language", "en"]),
    ],
)
def test_the_option_is_taken_out_of_the_arguments(arguments: list[str], chosen: str, rest: list[str]) -> None:
    assert language.choose(arguments) == (chosen, rest)


@pytest.mark.parametrize("arguments", [["--language", "de"], ["--language"], ["--language="]])
def test_an_unknown_language_is_refused(arguments: list[str]) -> None:
    with pytest.raises(language.UnknownLanguageError):
        language.choose(arguments)


@pytest.mark.parametrize(
    ("variables", "chosen"),
    [
        ({}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "GARANT_LANGUAGE": "en"}, "en"),
    ],
)
def test_the_environment_chooses_else(
    variables: dict[str, str], chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language.choose([])[0] == chosen


def test_numbers_and_nouns_agree() -> None:
    row = (("ligne", "lignes"), ("row", "rows"))
    assert [language.plural(n, *row) for n in (0, 1, 2, 1234567)] == [
        "0 ligne",
        "1 ligne",
        "2 lignes",
        "1\u202f234\u202f567 lignes",
    ]
    language.speak("en")
    assert [language.plural(n, *row) for n in (0, 1, 2, 1234567)] == [
        "0 rows",
        "1 row",
        "2 rows",
        "1,234,567 rows",
    ]


def test_help_texts_are_written_once_in_both() -> None:
    words = language.both("oui", "yes")
    assert (language.one(words, "fr"), language.one(words, "en")) == ("oui", "yes")
    assert language.one("x", "en") == "x"


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("Missing argument 'POLICY'.", "Argument manquant\u202f: POLICY."),
        ("Missing option '--identity'.", "Option manquante\u202f: --identity."),
        ("No such option: --nope", "Option inconnue\u202f: --nope"),
        (
            "No such option: --formt (Possible options: --format)",
            "Option inconnue\u202f: --formt (voulez-vous dire --format\u202f?)",
        ),
        (
            "No such command 'chek'. Did you mean 'check', 'schema'?",
            "Commande inconnue\u202f: chek (voulez-vous dire 'check', 'schema'\u202f?).",
        ),
        ("No such command 'nope'.", "Commande inconnue\u202f: nope."),
        ("Got unexpected extra argument(s) (y)", "En trop\u202f: y"),
        ("Option '--out' requires an argument.", "L’option --out attend une valeur."),
        ("Invalid value for '--tolerance': 3", "Valeur inutilisable pour --tolerance\u202f: 3"),
        (
            "'31/08/2027' is no date for --as-of: write YYYY-MM-DD, 2027-08-31 for example.",
            "«\u202f31/08/2027\u202f» n’est pas une date pour --as-of\u202f: écrivez AAAA-MM-JJ, par exemple 2027-08-31.",
        ),
        (
            "Invalid value for '--format': 'xml' is not one of 'text', 'json'.",
            "«\u202fxml\u202f» ne convient pas à --format\u202f; au choix\u202f: 'text', 'json'.",
        ),
        (
            "Invalid value for '--port': Input should be less than or equal to 65535",
            "--port est un nombre de 65535 au plus.",
        ),
        (
            "Invalid value for '--people': Input should be greater than or equal to 100",
            "--people est un nombre de 100 au moins.",
        ),
        (
            "Invalid value for '--port': Input should be a valid integer, unable to parse string as an integer",
            "--port est un nombre entier.",
        ),
        (
            "Invalid value for '--tolerance': Input should be a valid number, unable to parse string as a number",
            "--tolerance est un nombre.",
        ),
        ("Something else.", "Something else."),
    ],
)
def test_mistakes_are_said_in_french(english: str, french: str) -> None:
    assert in_french(english) == french


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (
            "Invalid value for '--as-of': Value error, 'hier' does not match the formats '%Y-%m-%d'.",
            "'hier' is no date for --as-of: write YYYY-MM-DD, 2027-08-31 for example.",
        ),
        ("Missing option '--owner'.", "Missing option '--owner'."),
        (
            "Invalid value for '--format': Value error, 'xml' is not one of 'text'.",
            "Invalid value for '--format': 'xml' is not one of 'text'.",
        ),
    ],
)
def test_what_only_a_programmer_reads_is_left_out(said: str, plain: str) -> None:
    assert plainly(said) == plain


def test_what_the_system_says_of_a_file_is_said_in_french() -> None:
    assert system_words(IsADirectoryError(errno.EISDIR, "Is a directory")) == "c’est un dossier"
    assert system_words(OSError(errno.EIO, "Input/output error")) == "Input/output error"
