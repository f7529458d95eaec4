"""From a policy and a language, the whole notice: twelve sections, set in type, each promise under its link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from garant.policy.document import Policy
from garant.policy.loader import digest_of
from garant.policy.text import Language
from garant.publish.notice.closing import cookies, security, update
from garant.publish.notice.data import data
from garant.publish.notice.document import Notice, Publisher, Section, promises_of
from garant.publish.notice.opening import foreword, glossary, principles, responsible
from garant.publish.notice.reasons import reasons
from garant.publish.notice.rights import rights
from garant.publish.notice.sharing import access, transfers
from garant.publish.notice.speech import Speech
from garant.publish.typography import typeset

_NOT_WORDS: Final = frozenset({"id", "href", "icon", "kind", "style", "number", "key", "digest", "language"})


def build_notice(policy: Policy, language: Language, digest: str | None = None) -> Notice:
    """The notice that `policy` makes, in `language`.

    `digest` is that of the policy where the caller knows it already. Sections follow the order of a French notice:
    foreword, words, principles, who answers, what data, why, who has access, rights, security, transfers, cookies,
    update (GDPR art. 12 to 14).
    """
    speech = Speech(policy, language)
    known = digest or digest_of(policy)
    sections = tuple(_set(section, language) for section in _sections(speech, known))
    return Notice(
        language=language,
        organisation=Publisher(key=policy.organisation.key, name=typeset(speech.name, language)),
        title=typeset(
            speech.tell(f"Vos données chez {speech.name}", f"Your data at {speech.name}"), language
        ),
        subtitle=speech.tell("Politique de protection des données", "Privacy notice"),
        digest=known,
        version=policy.notice.version,
        updated=policy.notice.updated,
        author=policy.notice.author,
        sections=sections,
        promises=tuple(promises_of(sections)),
    )


def _sections(speech: Speech, digest: str) -> tuple[Section, ...]:
    return (
        foreword(speech),
        glossary(speech),
        principles(speech),
        responsible(speech),
        data(speech),
        reasons(speech),
        access(speech),
        rights(speech),
        security(speech),
        transfers(speech),
        cookies(speech),
        update(speech, digest),
    )


def _set(section: Section, language: Language) -> Section:
    return Section.model_validate(_typeset(section.model_dump(), language))


def _typeset(part: Any, language: Language) -> Any:
    """Every text of a part, set in type; keys and addresses as they are."""
    if isinstance(part, str):
        return typeset(part, language)
    if isinstance(part, Mapping):
        named = cast(Mapping[str, Any], part)
        return {
            name: inner if name in _NOT_WORDS else _typeset(inner, language) for name, inner in named.items()
        }
    if isinstance(part, tuple | list):
        return [_typeset(inner, language) for inner in cast(list[Any], part)]
    return part
