"""Whatever a policy says, or leaves out, it makes a whole notice in both languages."""

from __future__ import annotations

import json
import re
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garant.policy import Policy
from garant.policy.text import LANGUAGES, Language
from garant.publish.notice import Notice, build_notice, notice_json
from garant.publish.notice.html import notice_html
from garant.publish.notice.linked import linked_json
from garant.publish.notice.pdf import notice_pdf
from tests.publish.notice.samples import everything
from tests.publish.notice.test_document import ids, promised
from tests.publish.notice.test_forms import Page
from tests.support.policies import policies

SLOW = settings(
    max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)


@SLOW
@given(policies())
def test_every_promise_once_under_the_same_links(policy: Policy) -> None:
    french, english = build_notice(policy, "fr"), build_notice(policy, "en")
    assert ids(french) == ids(english)
    assert [key for key, number in Counter(ids(french)).items() if number > 1] == []
    assert promised(policy) <= set(ids(french))
    assert all(part.title for part in everything(french.sections))
    assert all(promise.text for promise in french.promises)
    assert Notice.model_validate_json(notice_json(french)) == french


@SLOW
@given(policies(), st.sampled_from(LANGUAGES))
def test_its_page_is_well_formed(policy: Policy, language: Language) -> None:
    page = Page(notice_html(build_notice(policy, language)))
    inner = {href[1:] for href in page.values("href") if href.startswith("#")}
    assert inner <= set(page.values("id"))
    assert all(re.match(r"#|https://|mailto:", href) for href in page.values("href"))
    assert len(page.values("id")) == len(set(page.values("id")))
    assert json.loads(linked_json(policy, "0" * 64))["@graph"]


@settings(SLOW, max_examples=15)
@given(policies(), st.sampled_from(LANGUAGES))
def test_its_pdf_is_made(policy: Policy, language: Language) -> None:
    assert notice_pdf(build_notice(policy, language)).startswith(b"%PDF")
