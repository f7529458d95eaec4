"""Letters say what they must, in both languages, and nothing that somebody else wrote into them."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from garant.policy.text import LANGUAGES, Language, Text
from garant.publish.letters import (
    KINDS,
    Done,
    FactMissingError,
    Frame,
    FrameRefusedError,
    Ground,
    Kept,
    LetterFacts,
    check,
    write,
)
from garant.publish.letters.facts import Asked
from garant.publish.letters.rights import ARTICLES, FOR_OTHERS, NAMES, TITLES
from garant.publish.typography import typeset


def words(fr: str, en: str) -> Text:
    return Text(fr=fr, en=en)


FACTS: dict[str, Any] = {
    "organisation": "Société Exemple",
    "contact": "dpo@exemple.example",
    "number": "R-2026-0012",
    "right": "erasure",
    "received": date(2026, 11, 26),
    "due": date(2026, 12, 26),
    "was_due": date(2026, 12, 1),
    "reasons": ("Trois systèmes sont à fouiller.",),
    "awaited": (words("votre numéro de client", "your customer number"),),
    "done": (Done(where=words("Ventes", "Sales"), what=words("12 lignes effacées", "12 rows erased")),),
    "kept": (
        Kept(
            what=words("vos factures", "your invoices"),
            until=date(2031, 12, 31),
            article=words("article L123-22 du code de commerce", "article L123-22 of the commercial code"),
        ),
        Kept(what=words("vos écritures scellées", "your sealed entries")),
    ),
    "ground": Ground(
        words=words("ces données servent en justice", "these data serve in court"),
        source=words("article 17(3)(e) du RGPD", "article 17(3)(e) of the GDPR"),
    ),
    "purposes": (words("la prospection", "marketing"),),
    "recipients": ("Routeur SARL",),
    "code": "482-913",
    "minutes": 15,
    "link": "https://garant.example/p/exemple/fr/d/abc?x=1&y=2",
    "until": date(2026, 12, 3),
    "days": 7,
    "count": 3,
    "role": words("déléguée", "officer"),
    "identities": ("a@b.example",),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_says_the_same_in_both_forms(kind: str, language: Language) -> None:
    made = write(kind, LetterFacts(**FACTS), language)
    assert made.subject == typeset(made.subject, language)
    assert 8 < len(made.subject) < 90
    shown = unescape(re.sub(r"<[^>]+>", " ", made.html.split("<body")[1].partition(">")[2]))
    assert re.sub(r"[\s•]+", "", shown) == re.sub(r"[\s•]+", "", made.text)
    assert "<script" not in made.html
    assert "src=" not in made.html
    assert "None" not in made.text
    assert "—" not in made.text
    if language == "fr":
        assert not re.search(
            r"[^\s\u202f][!?;»]|[^\s\u202f/\d]:(?!//)", re.sub(r"\S+://\S+|\S+@\S+", "", made.text)
        )
    assert max(map(len, made.text.splitlines())) < 100


def test_both_languages_say_different_words() -> None:
    for kind in KINDS:
        french, english = (write(kind, LetterFacts(**FACTS), language) for language in LANGUAGES)
        assert french.subject != english.subject
        common = set(re.findall(r"\b(?:vous|nous|votre|notre|données)\b", english.text))
        assert common == set(), kind


def test_every_right_is_named() -> None:
    asked = {value for part in get_args(Asked) for value in get_args(part)}
    assert asked == set(NAMES) == set(ARTICLES) == set(TITLES)


@pytest.mark.parametrize(
    "kind", ["refused", "partly", "answered", "extended", "lifted", "abandoned", "package_ready"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_whom_to_turn_to(kind: str, language: Language) -> None:
    text = write(kind, LetterFacts(**FACTS), language).text
    assert "https://www.cnil.fr/fr/plaintes" in text
    assert "75334 Paris" in re.sub(r"\s", " ", text)
    assert re.search("justice|court", text)
    assert "dpo@exemple.example" in text


@pytest.mark.parametrize("kind", ["refused", "partly", "answered", "objected"])
def test_what_stays_has_its_end_and_its_article(kind: str) -> None:
    said = re.sub(r"[\s\u202f]+", " ", write(kind, LetterFacts(**FACTS), "fr").text)
    assert "vos factures : jusqu’au 31 décembre 2031 (article L123-22 du code de commerce)" in said
    assert "vos écritures scellées : sans date de fin" in said


def test_a_refusal_tells_its_ground_and_its_source() -> None:
    said = " ".join(write("refused", LetterFacts(**FACTS), "en").text.split())
    assert "these data serve in court (article 17(3)(e) of the GDPR)" in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_that_is_missing_is_not_made_up(kind: str) -> None:
    for name in KINDS[kind].needs:
        with pytest.raises(FactMissingError, match=name):
            write(kind, LetterFacts(**{**FACTS, name: () if isinstance(FACTS[name], tuple) else None}), "fr")


def test_no_such_letter() -> None:
    with pytest.raises(FactMissingError):
        write("love", LetterFacts(**FACTS), "fr")


def test_a_code_is_not_in_the_subject_and_is_known_as_a_secret() -> None:
    made = write("code", LetterFacts(**FACTS), "fr")
    assert ("482-913" in made.subject, "482-913" in made.text) == (False, True)
    assert "482-913" in made.secrets
    assert write("refused", LetterFacts(**FACTS), "fr").secrets == ()


HOSTILE = [
    "x\r\nBcc: a@b.example",
    "x\ny",
    "x\x00y",
    "x\u2028y",
    "x\u202egnp.exe",
    "x\u2066y",
    "x" * 301,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["organisation", "contact"])
def test_a_line_is_one_line(name: str, text: str) -> None:
    with pytest.raises(ValidationError):
        LetterFacts(**{**FACTS, name: text})


@pytest.mark.parametrize(
    "link",
    ["http://a.example/", "javascript:alert(1)", "https://u:p@a.example/", "https://a.example/ x", "//a", "https://é.example/",
     "https://a.example/\"><script>", "data:text/html,x"],
)  # fmt: skip
def test_a_link_leads_to_https(link: str) -> None:
    with pytest.raises(ValidationError):
        LetterFacts(**{**FACTS, "link": link})


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60))
def test_whatever_is_written_is_shown_and_never_read_as_a_page_or_a_template(text: str) -> None:
    braced = f"{{{{{text}}}}} {{% load x %}} {{0.__class__}} <b onclick=x>&"
    try:
        facts = LetterFacts(**{**FACTS, "organisation": "A", "reasons": (braced,)})
    except ValidationError:
        return  # marks of direction
    made = write("refused", facts, "en")
    assert "{% load x %}" in " ".join(made.text.split())  # wherever its lines are folded
    assert "{0.__class__}" in made.text
    assert "<b onclick" not in made.html
    assert "<script" not in made.html.lower()


def test_an_organisation_opens_and_closes_with_its_own_words() -> None:
    frame = Frame(
        opening=words("Merci de votre message du {received}.", "Thank you for your message of {received}."),
        closing=words("L'équipe de {organisation} ({{sic}})", "The team of {organisation}"),
    )
    check(frame)
    text = write("answered", LetterFacts(**{**FACTS, "organisation": "{number}"}), "fr", frame=frame).text
    assert "Merci de votre message du 26 novembre 2026." in text
    assert "L’équipe de {number} ({sic})" in text
    assert "Merci" not in write("code", LetterFacts(**FACTS), "fr", frame=frame).text


@pytest.mark.parametrize(
    "sentence",
    ["{facts}", "{organisation.__class__}", "{organisation[0]}", "{organisation!r}", "{organisation:>99999999}", "{", "}",
     "{}", "{0}", "{number", "x" * 1201],
)  # fmt: skip
@pytest.mark.parametrize("place", ["opening", "closing"])
def test_sentences_name_what_is_listed_and_nothing_else(place: str, sentence: str) -> None:
    with pytest.raises(FrameRefusedError) as refused:
        check(Frame(**{place: words("Bien.", sentence)}))
    assert refused.value.text.fr != refused.value.text.en


def test_late_and_not_yet() -> None:
    assert "2\u202fjours de retard" in write("escalation", LetterFacts(**{**FACTS, "days": -2}), "fr").subject
    assert "1\u202fjour" in write("reminder", LetterFacts(**{**FACTS, "days": 1}), "fr").subject
    assert "1\u202fday left" in write("escalation", LetterFacts(**{**FACTS, "days": 1}), "en").subject


def test_a_package_for_machines_is_not_said_to_have_a_page() -> None:
    for right, page in (("access", True), ("portability", False)):
        text = write("package_ready", LetterFacts(**{**FACTS, "right": right}), "fr").text
        assert ("index.html" in text) is page
        assert ("dossier csv" in text.replace("\n", " ")) is not page


@pytest.mark.parametrize("kind", ["restricted", "consent_withdrawn"])
def test_what_staff_wrote_is_in_the_letter(kind: str) -> None:
    assert FACTS["reasons"][0] in write(kind, LetterFacts(**FACTS), "fr").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_else_is_not_called_you(language: Language) -> None:
    for right in set(FOR_OTHERS):
        said = write(
            "acknowledged", LetterFacts(**{**FACTS, "right": right, "for_other": True}), language
        ).text
        opening = " ".join(said.split("\n\n")[1].split())
        assert ("pour qui vous écrivez" if language == "fr" else "for whom you write") in opening
        assert not re.search(r"\bvos données\b|\byour data\b", opening)


TO_PEOPLE = sorted(
    {"answered", "partly", "refused", "corrected", "restricted", "lifted", "objected", "consent_withdrawn"}
    | {"package_ready", "form_ready", "transmitted", "awaiting", "extended", "withdrawn", "abandoned"}
)


@pytest.mark.parametrize("kind", TO_PEOPLE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_to_somebody_else_says_that_the_data_are_theirs(kind: str, language: Language) -> None:
    facts = {**FACTS, "kept": (), "for_other": True}
    for right in ("access", "portability", "erasure"):
        letter = write(kind, LetterFacts(**{**facts, "right": right}), language)
        said = " ".join(f"{letter.subject} {letter.text}".split()).casefold()
        theirs = r"vos données|votre (adresse|accord|consentement|opposition)\b|your (data|address|consent|objection)\b"
        assert re.findall(theirs, said) == []


def test_what_stays_without_an_end_is_not_said_to_be_erased_after_it() -> None:
    endless = Kept(what=words("vos écritures", "your entries"))
    assert "Ce qui a une date" not in write("partly", LetterFacts(**{**FACTS, "kept": (endless,)}), "fr").text
