"""A browser without JavaScript: reads a page's form, fills it in, and sends what a browser would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.test import Client


@dataclass
class Form:
    """A form of a page: its fields as they would be sent, in the order of the page."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def data(self, **changed: Any) -> dict[str, list[str]]:
        """What is sent, with some fields filled in otherwise."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        for name, value in changed.items():
            sent[name] = value if isinstance(value, list) else [value]
        return sent

    def names(self) -> list[str]:
        """The names of its fields."""
        return [name for name, _ in self.fields]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: list[Any] | None = None
        self._area: list[Any] | None = None
        self._disabled = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value if value is not None else "" for name, value in attrs}
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get"))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and "name" in values:
            ticked = values.get("type") not in {"checkbox", "radio"} or "checked" in values
            if ticked and values.get("type") != "file":
                self._form.fields.append((values["name"], values.get("value", "")))
        elif tag == "button" and "name" in values:
            self._form.buttons.append((values["name"], values["value"]))
        elif tag == "select":
            self._select = [values["name"], None, []]
        elif tag == "option" and self._select is not None:
            self._select[2].append(values["value"])
            if "selected" in values:
                self._select[1] = values["value"]
        elif tag == "textarea":
            self._area = [values["name"], ""]

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if self._form is None:
            return
        if tag == "select" and self._select is not None:
            name, chosen, options = self._select
            if options:
                self._form.fields.append((name, options[0] if chosen is None else chosen))
            self._form.choices[name] = options
            self._select = None
        elif tag == "textarea" and self._area is not None:
            text = self._area[1].removeprefix("\n")  # as browsers do
            self._form.fields.append((self._area[0], text.replace("\n", "\r\n")))
            self._area = None


def forms(html: str) -> list[Form]:
    """The forms of a page."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def editor(html: str) -> Form:
    """The form of an editor's page."""
    return next(form for form in forms(html) if "revision" in form.names())


def get(client: Client, path: str) -> str:
    """A page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()
