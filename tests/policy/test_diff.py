"""Nothing that changed is left unsaid, and what weighs most on people comes first."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from garant.policy import Policy, digest_of, load_policy, parse_policy
from garant.policy.diff import Change, differences, weightiest
from garant.policy.places import Place
from tests.conftest import ROOT
from tests.policy.policies import CLEAN

REFERENCE = load_policy(ROOT / "examples" / "seipra-score" / "policy").document
CLEAN_POLICY = parse_policy(CLEAN).document
Content = dict[str, Any]


def content(policy: Policy) -> Content:
    """A policy as it is written: JSON, defaults left out."""
    return policy.model_dump(mode="json", exclude_defaults=True)


def changed(change: Callable[[Content], Any], policy: Policy = REFERENCE) -> Policy:
    """The policy with one change."""
    made = content(policy)
    change(made)
    return Policy.model_validate_json(json.dumps(made), strict=True)


def said(change: Callable[[Content], Any], policy: Policy = REFERENCE) -> list[Change]:
    """What the change of a policy is said to be."""
    return list(differences(policy, changed(change, policy)))


def leaves(part: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Every value written in a document, by place: the oracle, which knows nothing of policies."""
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else None
    if not inside or not part:
        yield place, json.dumps(part)
        return
    for step, inner in inside:
        yield from leaves(inner, (*place, step))


def covered(place: Place, changes: list[Change]) -> bool:
    """Whether a line stands at the place or around it; entries of a list may have moved."""
    first = next((n for n, step in enumerate(place) if isinstance(step, int)), len(place))
    spot = place[:first]
    return any(c.place[: len(spot)] == spot or spot[: len(c.place)] == c.place for c in changes)


def words(changes: list[Change]) -> str:
    """Everything that the lines say, in both languages."""
    every = [text for c in changes for text in (*c.where, c.what, c.old, c.new)]
    every += [text for c in changes for d in c.details for text in (d.label, d.value)]
    return "\n".join(f"{text.fr}\n{text.en}" for text in every if text)


class Mutation:
    """Any change of a document that leaves it a policy: a value dropped, replaced, repeated or moved."""

    VALUES = (
        "P7M",
        "2020-02-29",
        "autre chose",
        "consent",
        "erase",
        True,
        False,
        None,
        "FR",
        "https://a.example/",
    )

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def of(self, whole: Content) -> Content:
        """The document, changed somewhere."""
        made = json.loads(json.dumps(whole))
        self._somewhere(made)
        return made

    def _somewhere(self, part: Any) -> None:
        steps = list(part) if isinstance(part, dict) else list(range(len(part)))
        if not steps:
            return
        step = self._draw(st.sampled_from(steps))
        inner = part[step]
        if isinstance(inner, dict | list) and inner and self._draw(st.integers(0, 5)):
            self._somewhere(inner)
            return
        match self._draw(st.sampled_from(["drop", "value", "repeat", "turn", "words"])):
            case "drop":
                del part[step]
            case "value":
                part[step] = self._draw(st.sampled_from(self.VALUES))
            case "repeat" if isinstance(part, list):
                part.append(part[step])
            case "repeat" if isinstance(part, dict):
                part["a-new-key"] = inner
            case "turn" if isinstance(part, list):
                part.reverse()
            case _:
                part[step] = {"fr": "des mots", "en": "words"} if isinstance(inner, dict) else "des-mots"


@st.composite
def two_policies(draw: Any) -> tuple[Policy, Policy]:
    """A policy and what became of it after one to four changes, in either order."""
    whole = content(draw(st.sampled_from([REFERENCE, CLEAN_POLICY])))
    mutation = Mutation(draw)
    made = whole
    for _ in range(draw(st.integers(0, 4))):
        try:
            tried = mutation.of(made)
            Policy.model_validate_json(json.dumps(tried), strict=True)
        except ValidationError:
            continue
        made = tried
    old, new = (Policy.model_validate_json(json.dumps(one), strict=True) for one in (whole, made))
    return (new, old) if draw(st.booleans()) else (old, new)


@given(two_policies())
def test_nothing_that_changed_is_left_unsaid(both: tuple[Policy, Policy]) -> None:
    old, new = both
    changes = list(differences(old, new))
    assert bool(changes) == (digest_of(old) != digest_of(new))
    before, after = dict(leaves(content(old))), dict(leaves(content(new)))
    for place in before.keys() | after.keys():
        if before.get(place) != after.get(place):
            assert covered(place, changes), place
    all_said = words(changes)
    for place, value in after.items():
        if place[-1:] in {("fr",), ("en",)} and before.get(place) != value and value not in before.values():
            assert json.loads(value) in all_said
    for change in changes:
        assert change.sentence.fr
        assert change.sentence.en
        assert (change.old is None, change.new is None) == (change.kind == "added", change.kind == "removed")


def test_a_policy_does_not_differ_from_itself() -> None:
    assert differences(REFERENCE, REFERENCE) == ()


def test_the_order_of_sections_is_that_of_the_notice() -> None:
    empty = Policy.model_validate({"organisation": content(REFERENCE)["organisation"]}, strict=False)
    order = list(dict.fromkeys(change.place[0] for change in differences(empty, REFERENCE)))
    assert order == [
        "notice", "categories", "activities", "retention", "recipients", "processors", "promises", "rights",
        "measures", "security", "transfer_clause", "cookies",
    ]  # fmt: skip


def put(value: Any, *place: str | int) -> Callable[[Content], None]:
    """A change that puts a value at a place."""

    def change(whole: Any) -> None:
        for step in place[:-1]:
            whole = whole.setdefault(step, {}) if isinstance(whole, dict) else whole[step]
        whole[place[-1]] = value

    return change


def drop(*place: str | int) -> Callable[[Content], None]:
    """A change that takes away what stands at a place."""

    def change(whole: Any) -> None:
        for step in place[:-1]:
            whole = whole[step]
        del whole[place[-1]]

    return change


PROSPECTS = ("retention", "prospects")
SUPPORT = ("activities", "customer-relationship", "purposes", "support")
TEXT = {"fr": "Autrement", "en": "Otherwise"}
TO_CH = {"label": {"fr": "Suisse", "en": "Switzerland"}, "to": "it-provider", "country": "CH"}


@pytest.mark.parametrize(
    ("change", "weight", "fr"),
    [
        (put("P2Y", *PROSPECTS, "phases", 0, "period"), "substance", "Durée\u202f: 3\u00a0ans → 2\u00a0ans"),
        (put("P4Y", *PROSPECTS, "phases", 0, "period"), "people", "Durée\u202f: 3\u00a0ans → 4\u00a0ans"),
        (put("collection", *PROSPECTS, "trigger"), "people", "dernier contact → collecte des données"),
        (put("anonymise", *PROSPECTS, "fate"), "people", "effacer → anonymiser"),
        (drop(*PROSPECTS, "fate"), "people", "effacer → rien"),
        (drop("retention", "candidates", "sooner"), "people", "retrait du consentement → rien"),
        (put(["customers", "prospects"], *PROSPECTS, "subjects"), "substance", "ajout\u202f: Clients"),
        (drop(*PROSPECTS, "subjects"), "substance", "retrait\u202f: Prospects"),
        (put(["identity"], *PROSPECTS, "data"), "people", "ajout\u202f: Identité"),
        (put({"ch": TO_CH}, "transfers"), "people", "ajout\u202f: «\u202fSuisse\u202f»"),
        (put({"ground": "consent"}, *SUPPORT, "legal_basis"), "people", "contrat → consentement"),
        (put(True, *SUPPORT, "profiling"), "people", "non → oui"),
        (put(["identity"], *SUPPORT, "data"), "substance", "ajout\u202f: Identité"),
        (
            drop("activities", "customer-relationship", "purposes", "information", "data"),
            "people",
            "Identité",
        ),
        (drop("rights", "offered", "access"), "people", "Droits offerts, retrait\u202f: accès"),
        (put("P3M", "rights", "deadline"), "people", "1\u00a0mois → 3\u00a0mois"),
        (put("P15D", "rights", "deadline"), "substance", "1\u00a0mois → 15\u00a0jours"),
        (put(TEXT, "rights", "offered", "access", "statement"), "substance", "«\u202fAutrement\u202f»"),
        (put("P1M", "transfer_clause", "advance_notice"), "substance", "rien → 1\u00a0mois"),
        (drop("promises", "no-sale"), "people", "Promesses, retrait"),
        (put(["recruitment"], "promises", "no-sale", "activities"), "people", "ajout\u202f: Recrutement"),
        (put(["recruitment"], "measures", "testing", "activities"), "people", "ajout\u202f: Recrutement"),
        (
            put("2026-11-01", "notice", "updated"),
            "wording",
            "10\u00a0juin\u00a02024 → 1er\u00a0novembre\u00a02026",
        ),
        (put("dpo@a.example", "organisation", "dpo", "email"), "wording", "→ dpo@a.example"),
        (drop("organisation", "dpo"), "people", "Délégué à la protection des données, retrait"),
        (drop("organisation", "address"), "wording", "6 chemin de l’industrie, 69570, DARDILLY"),
        (put("partner", "recipients", "police", "kind"), "people", "autorité publique → partenaire"),
        (put(False, "recipients", "police", "on_request"), "people", "oui → non"),
        (
            drop("notice", "glossary", "processing"),
            "wording",
            "Lexique, retrait\u202f: «\u202fTraitement\u202f»",
        ),
        (drop("notice", "legal_framework", 0), "wording", "Textes applicables, retrait"),
        (
            put(TEXT, "notice", "legal_framework", 0),
            "wording",
            "→ «\u202fAutrement\u202f»",
        ),
        (drop("cookies", "categories", "functionality"), "substance", "retrait\u202f: «\u202fCookies de fon"),
        (put(TEXT, *SUPPORT, "details", 0), "substance", "Sous-finalités\u202f: «\u202fRépondre à vos ques"),
    ],
)
def test_a_change_in_words_and_its_weight(change: Callable[[Content], Any], weight: str, fr: str) -> None:
    changes = said(change)
    assert [one.weight for one in changes] == [weight] * len(changes)
    assert any(fr in one.sentence.fr for one in changes), [one.sentence.fr for one in changes]


@pytest.mark.parametrize(
    ("before", "after", "weight"),
    [
        ("P1M", None, "people"),
        ("P1M", "P2M", "substance"),
        ("P2M", "P1M", "people"),
        (None, "P1M", "substance"),
    ],
)
def test_a_shorter_notice_weighs(before: str | None, after: str | None, weight: str) -> None:
    place = ("transfer_clause", "advance_notice")
    old = changed(put(before, *place))
    (change,) = differences(old, changed(put(after, *place)))
    assert change.weight == weight


def test_a_whole_part_says_all_it_holds() -> None:
    (change,) = said(put({"ch": {**TO_CH, "safeguard": {"kind": "adequacy"}}}, "transfers"))
    assert [(d.label.en, d.value.en) for d in change.details] == [
        ("The transfer", "“Switzerland”"),
        ("Recipient or processor that receives", "Our IT provider"),
        ("Country", "CH"),
        ("Safeguard › Type of safeguard", "adequacy decision"),
    ]
    assert change.subject.en == "Transfers outside the European Economic Area"


def test_another_ground_says_what_went_and_what_came() -> None:
    (change,) = said(put({"ground": "consent", "proof": TEXT}, *SUPPORT, "legal_basis"))
    assert (
        change.subject.en
        == "Processing activities › “Customer relationship” › Purposes › “Answer you” › Legal basis"
    )
    assert {d.kind for d in change.details} == {"removed", "added"}


def test_another_role_says_the_whole_activity() -> None:
    def turn(whole: Content) -> None:
        activity = whole["activities"]["technical-development"]
        whole["activities"]["technical-development"] = {"role": "processor", "label": activity["label"]}

    (change,) = said(turn)
    assert (change.old, change.new) != (None, None)
    assert change.weight == "people"
    assert change.sentence.en == (
        "Processing activities › “Technical development” › Role: controller → processor, for clients"
    )


def test_only_the_translation_changed() -> None:
    (change,) = said(put("Tests", "measures", "testing", "label", "en"))
    assert change.sentence.fr.endswith(
        "«\u202fRegular testing\u202f» (en anglais) → «\u202fTests\u202f» (en anglais)"
    )
    assert change.sentence.en.endswith("“Regular testing” → “Tests”")
    (back,) = said(drop("measures", "testing", "label", "fr"))
    assert back.sentence.en.endswith("“Essais réguliers” (in French) → nothing (in French)")


def test_keys_in_another_order() -> None:
    def turn(whole: Content) -> None:
        whole["activities"]["recruitment"]["recipients"].reverse()

    (change,) = said(turn)
    assert change.what.en == "Recipients (order)"
    assert change.weight == "wording"


def test_two_keys_of_one_name_are_told_apart() -> None:
    def double(whole: Content) -> None:
        whole["categories"]["events"] = {"other": {"label": {"fr": "dernier contact", "en": "last contact"}}}

    before = changed(double)
    (change,) = differences(before, changed(put("other", *PROSPECTS, "trigger"), before))
    assert change.sentence.en.endswith("“last-contact” → “other”")


def test_entries_of_lists() -> None:
    def two_phases(whole: Content) -> None:
        whole["retention"]["prospects"]["phases"].append(
            {"kind": "intermediate-archive", "period": "P1Y", "access": TEXT}
        )

    (added,) = said(two_phases)
    assert (added.kind, added.weight) == ("added", "people")
    assert added.new is not None
    assert added.new.en == "intermediate archive, 1\u00a0year, “Otherwise”"
    before = changed(two_phases)
    (longer,) = differences(before, changed(put("P2Y", *PROSPECTS, "phases", 1, "period"), before))
    assert longer.subject.en.endswith("› Phases, no. 2 › Period")
    assert longer.place == (*PROSPECTS, "phases", 1, "period")


def test_a_part_that_says_nothing_is_named_empty() -> None:
    (change,) = said(put({}, "organisation", "contact"))
    assert change.sentence.fr == "Organisation › Contact général, ajout\u202f: (vide)"
    nested = {"person": {"label": TEXT, "contact": {}, "kind": "other"}}
    (inner,) = said(lambda whole: whole["recipients"].update(nested))
    assert inner.details[-1].value.en == "(empty)"
    (nameless,) = said(lambda whole: whole["recipients"].update({"x-y": {"label": {}, "kind": "other"}}))
    assert nameless.new is not None


def test_details_go_into_lists_and_maps() -> None:
    (change,) = differences(changed(drop("activities", "remote-maintenance")), REFERENCE)[:1]
    labels = [detail.label.en for detail in change.details]
    assert any(label.startswith("Clients › ") for label in labels), labels
    (rule,) = [c for c in differences(changed(drop(*PROSPECTS)), REFERENCE) if c.place == PROSPECTS]
    assert "Phases › 1 › Period" in [detail.label.en for detail in rule.details]


def test_what_weighs_most_comes_first() -> None:
    def several(whole: Content) -> None:
        put(TEXT, "notice", "introduction")(whole)
        put("P2Y", *PROSPECTS, "phases", 0, "period")(whole)
        put(True, *SUPPORT, "profiling")(whole)

    changes = said(several)
    assert [change.weight for change in changes] == ["wording", "people", "substance"]
    assert [change.weight for change in weightiest(changes)] == ["people", "substance", "wording"]
