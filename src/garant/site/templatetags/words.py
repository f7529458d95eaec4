"""Tags and filters of every template: `{% say "Bonjour" "Hello" %}`, `{% plural n "…" "…" "…" "…" %}`, `{{ text|said }}`.

A tag takes both languages or does not compile: no page can be half translated.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from garant.site import words

register = template.Library()


@register.simple_tag(name="say")
def say_tag(fr: str, en: str, **values: Any) -> str:
    """Words in the page's language; `{name}` stands for a value given by that name, escaped."""
    chosen = words.say(str(fr), str(en))
    return format_html(chosen, **values) if values else conditional_escape(chosen)


@register.simple_tag(name="plural")
def plural_tag(number: int, fr_one: str, fr_many: str, en_one: str, en_many: str) -> str:
    """A number and its noun."""
    return conditional_escape(words.plural(int(number), (fr_one, fr_many), (en_one, en_many)))


@register.filter(name="said")
def said_filter(value: Any) -> str:
    """A text in both languages, in the page's."""
    return words.said(value)


@register.filter(name="named")
def named_filter(value: Any) -> SafeString | str:
    """Something in words, then its key, small."""
    if not value.key or value.key == value.words:
        return conditional_escape(value.words)
    return format_html('{} <small class="key">{}</small>', value.words, value.key)


@register.filter(name="number")
def number_filter(value: Any) -> str:
    """A whole number, thousands apart."""
    return words.count(int(value or 0))


@register.filter(name="day")
def day_filter(value: Any) -> str:
    """A calendar day in words."""
    return words.day(value)


@register.filter(name="moment")
def moment_filter(value: Any) -> str:
    """An instant in words."""
    return words.moment(value)


@register.simple_tag(takes_context=True)
def current(context: Any, *names: str) -> SafeString | str:
    """`aria-current="page"` where the page belongs to one of these sections."""
    here = getattr(context.get("request"), "resolver_match", None)
    section = here.view_name.partition(":")[0] if here and here.view_name else ""
    return format_html('aria-current="{}"', "page") if section in names else ""
