"""The page, the PDF and the data say what the notice says, and nothing that a policy holds is ever run."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.policy.loader import LoadedPolicy
from garant.policy.text import LANGUAGES, Language
from garant.publish.notice import Notice, build_notice, notice_json
from garant.publish.notice.document import Entries, Entry, Line, Paragraph, Part, Section, Table
from garant.publish.notice.html import notice_css, notice_html, notice_page
from garant.publish.notice.icons import ICONS
from garant.publish.notice.linked import linked_json
from garant.publish.notice.pdf import notice_pdf
from garant.publish.paper import DRAWN
from garant.publish.typography import typeset
from tests.engine.support.examples import examples
from tests.policy.policies import changed
from tests.publish.notice.reader import words
from tests.publish.notice.samples import strings

_VOID = {"meta", "path", "br", "link"}


class Page(HTMLParser):
    """What a browser would see: elements, attributes, text; and whether every element is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name)) is not None]


def told(notice: Notice) -> list[str]:
    """Every text that a reader must find, in whatever form."""
    said = notice.model_dump(mode="json", include={"sections"})
    hidden = {"id", "href", "icon", "kind", "style"}
    return [text for name, text in strings(said) if name not in hidden and text]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


# The page


def test_the_fragment_runs_and_fetches_nothing(notice: Notice) -> None:
    page = Page(notice_html(notice))
    names = {tag for tag, _ in page.elements}
    assert names.isdisjoint(
        {"script", "style", "link", "img", "iframe", "object", "form", "base", "meta", "h1"}
    )
    attributes = {name for _, found in page.elements for name in found}
    assert not {name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset")}
    assert set(page.values("id")) >= {promise.id for promise in notice.promises}
    assert len(page.values("id")) == len(set(page.values("id")))
    inner = {href[1:] for href in page.values("href") if href.startswith("#")}
    assert inner <= set(page.values("id"))


def test_the_page_says_everything(notice: Notice) -> None:
    text = squeezed("".join(Page(notice_page(notice)).text))
    assert [said for said in told(notice) if squeezed(said) not in text] == []


def test_headings_do_not_skip(notice: Notice) -> None:
    levels = [int(tag[1]) for tag, _ in Page(notice_page(notice)).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_pictures_are_hidden_from_those_who_listen(notice: Notice) -> None:
    pictures = [found for tag, found in Page(notice_html(notice)).elements if tag == "svg"]
    assert len(pictures) > 5
    assert all(found["aria-hidden"] == "true" and found["focusable"] == "false" for found in pictures)


def test_every_picture_named_is_drawn(notice: Notice) -> None:
    named = {text for name, text in strings(notice.model_dump()) if name == "icon"}
    assert named <= set(ICONS)


def test_the_style_fetches_nothing() -> None:
    assert not re.search(r"url\(|@import|expression", notice_css())


def test_the_page_alone_is_light(reference: LoadedPolicy) -> None:
    import gzip

    page = notice_page(build_notice(reference.document, "fr"))
    assert len(gzip.compress(page.encode())) < 40_000


# The PDF


def test_it_is_pdf_ua(notice: Notice) -> None:
    with pikepdf.open(io.BytesIO(notice_pdf(notice))) as pdf:
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang) == notice.language
        assert root.ViewerPreferences.DisplayDocTitle
        assert "/K" in root.StructTreeRoot
        metadata = pdf.open_metadata()
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == f"{notice.subtitle} – {notice.organisation.name}"
        with pdf.open_outline() as outline:
            (top,) = outline.root
            assert [item.title for item in top.children] == [
                f"{section.number} {section.title}" for section in notice.sections
            ]


def test_its_tables_have_heads(reference: LoadedPolicy) -> None:
    with pikepdf.open(io.BytesIO(notice_pdf(build_notice(reference.document, "fr")))) as pdf:
        kinds = [str(item.S) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item]
    assert kinds.count("/Table") == 5
    assert kinds.count("/TH") == 20
    assert kinds.count("/H2") >= 12


def test_it_says_everything(notice: Notice) -> None:
    with pikepdf.open(io.BytesIO(notice_pdf(notice))) as pdf:
        text = words(pdf)
    assert [said for said in told(notice) if squeezed(said) not in text] == []


def test_the_same_notice_gives_the_same_bytes(reference: LoadedPolicy) -> None:
    notice = build_notice(reference.document, "en")
    assert notice_pdf(notice) == notice_pdf(notice)


def test_the_fonts_draw_what_we_say_they_draw() -> None:
    """Typst refuses a PDF/UA with a blank for a letter: every character of the set is drawn."""
    drawn = re.compile(f"[{DRAWN}]")
    letters = "".join(chr(code) for code in range(0x20, 0x3000) if drawn.match(chr(code)))
    assert len(letters) > 800
    pages = [letters[place : place + 40] for place in range(0, len(letters), 40)]
    assert notice_pdf(_saying(*pages)).startswith(b"%PDF")


# Whatever people write

HOSTILE = st.one_of(
    st.sampled_from([
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "{% raw %}", "&lt;b&gt;",
        '#eval("1 + 1")', "#read(\"/etc/passwd\")", "$ x^2 $ <label> @ref _a_ *b* `c` // d \\ #set", "= Title",
        "\u202eabc\u202c", "שלום עולם", "مرحبا", "中文 and 😀", "mot" * 60, "</style><script>", "javascript:alert(1)",
        "]]>", "\x00\x07", "]\u2028[", "' OR 1=1 --", "#import \"@preview/x:0.1.0\": *",
    ]),
    st.text(min_size=1, max_size=80),
)  # fmt: skip


def _saying(*texts: str, language: Language = "fr") -> Notice:
    """A notice in which each text stands in every kind of place."""
    lines = tuple(Line(text=text) for text in texts)
    blocks = (
        *(Paragraph(text=text) for text in texts),
        *(
            Entries(style=style, label=texts[0], entries=tuple(Entry(title=text, tag=text, lines=lines) for text in texts))
            for style in ("list", "tiles", "terms")
        ),
        Table(caption=texts[0], columns=(texts[0], texts[-1]), rows=()),
    )  # fmt: skip
    made = build_notice(changed().document, language)
    section = Section(
        number="1", id="section.x", title=texts[0], answer=texts[0], blocks=blocks, references=lines
    )
    return made.model_copy(update={"sections": (section,), "title": texts[0], "promises": ()})


def _set(text: str) -> str:
    return typeset(text, "fr")


@examples(60)
@given(HOSTILE)
def test_on_the_page_hostile_words_are_words(text: str) -> None:
    printed = _set(text)
    page = Page(notice_html(_saying(printed or "x")))
    assert {tag for tag, _ in page.elements} <= {
        "nav", "h2", "h3", "ol", "li", "a", "span", "section", "p", "dl", "div", "dt", "dd", "ul", "table",
        "caption", "thead", "tr", "th", "tbody",
    }  # fmt: skip
    assert all(href.startswith("#") for href in page.values("href"))
    assert squeezed(printed.replace("\r", "\n")) in squeezed("".join(page.text))


def _letters(text: str) -> set[str]:
    """Characters whatever their order and shape: what draws right to left is drawn in another order."""
    import unicodedata

    return set(re.sub(r"\W", "", unicodedata.normalize("NFKC", text)))


@examples(25)
@given(HOSTILE)
def test_in_the_pdf_hostile_words_are_words(text: str) -> None:
    printed = _set(text)
    drawable = re.sub(f"[^{DRAWN}]", "", printed)
    with pikepdf.open(io.BytesIO(notice_pdf(_saying(printed or "x")))) as pdf:
        found = words(pdf)
        assert len(pdf.pages) < 40
    assert _letters(drawable) <= _letters(found)
    for character in set(re.sub(f"[{DRAWN}]", "", printed)):
        assert f"[U+{ord(character):04X}]" in found
    if drawable == printed and printed.isascii():
        assert squeezed(printed) in found


@examples(40)
@given(HOSTILE)
def test_in_data_hostile_words_are_words(text: str) -> None:
    printed = _set(text)
    said = json.loads(notice_json(_saying(printed or "x")))
    assert said["title"] == (printed or "x")


@examples(40)
@given(HOSTILE.filter(str.strip), st.sampled_from(LANGUAGES))
def test_from_policy_to_page_hostile_words_are_words(text: str, language: Language) -> None:
    """The whole way, from a policy's own label."""
    policy = changed().document
    named = policy.model_copy(
        update={"measures": {key: measure.model_copy(update={"label": measure.label.model_copy(
            update={"fr": text, "en": text})}) for key, measure in policy.measures.items()}}
    )  # fmt: skip
    page = Page(notice_html(build_notice(named, language)))
    assert "script" not in {tag for tag, _ in page.elements}
    printed = squeezed(typeset(text, language).replace("\r", "\n"))
    assert printed in squeezed("".join(page.text))
    assert json.loads(linked_json(named, "0" * 64))["@graph"]


def test_parts_never_change() -> None:
    import pydantic

    line: Any = Line(text="x")
    with pytest.raises(pydantic.ValidationError):
        line.text = "y"
    with pytest.raises(pydantic.ValidationError):
        Part.model_validate({"unknown": 1})
