"""French as it is printed, English as it is written."""

from __future__ import annotations

from datetime import date

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from garant.policy.text import Text
from garant.site import words


def page(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


def test_french_typography() -> None:
    with translation.override("fr"):
        assert (
            page("""{% say "L'adresse : « ici » ?" "Here" %}""")
            == "L’adresse\u202f: «\u202fici\u202f»\u202f?"
        )
        assert page("{{ n|number }}", n=36000) == "36\u202f000"
        assert page("{{ d|day }}", d=date(2026, 6, 1)) == "1er\u00a0juin\u00a02026"
        assert page('{% plural n "plan" "plans" "plan" "plans" %}', n=0) == "0\u00a0plan"


def test_labels_are_printed_as_sentences_are() -> None:
    label = Text(fr="Relation client : le système répond", en="Customer relations: the system's answer")
    with translation.override("fr"):
        assert page("{{ t|said }}", t=label) == "Relation client\u202f: le système répond"
        assert page("{{ t|said }}", t="as : it is") == "as : it is"
    with translation.override("en"):
        assert page("{{ t|said }}", t=label) == "Customer relations: the system’s answer"


def test_english() -> None:
    with translation.override("en"):
        assert page("""{% say "Ici" "Here's" %}""") == "Here’s"
        assert page("{{ n|number }}", n=36000) == "36,000"
        assert page("{{ d|day }}", d="2026-06-01") == "1\u00a0June\u00a02026"
        assert page('{% plural n "plan" "plans" "plan" "plans" %}', n=0) == "0\u00a0plans"
        assert page("{{ t|said }}", t=Text(fr="oui", en="yes")) == "yes"
        assert page("{{ t|said }}", t={"fr": "oui"}) == "oui"


def test_values_are_escaped() -> None:
    assert "<script>" not in page('{% say "Bonjour {name}" "Hello {name}" name=n %}', n="<script>")


def test_both_languages_or_nothing() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template('{% say "Bonjour" %}')


def test_moments() -> None:
    assert words.moment(None) == "—"
    assert words.day("") == "—"
