"""A data map as YAML that a person goes on with: its sections apart, and what to complete said at its head."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from garant.policy.text import Language
from garant.systems.fides.conversion import Imported
from garant.systems.fides.losses import Kind, Loss

_WIDE = 200
_BREAKS: Final = re.compile("[\n\r\x85\u2028\u2029]+")
_SECTIONS = ("roots", "identities", "tables", "dispositions")


def as_yaml(imported: Imported, language: Language) -> str:
    """The map, and above it as comments what it does not say as the dataset did."""
    made: Any = CommentedMap(imported.data)
    for key in _SECTIONS:
        made[key] = _laid_out(made[key], 1)
        made.yaml_set_comment_before_after_key(key, before="\n")
    made["label"] = _flow(made["label"])
    made["connection"] = _flow(made["connection"])
    out = io.StringIO()
    yaml: Any = YAML()
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(made, out)
    return _head(imported, language) + "\n" + out.getvalue()


def _laid_out(value: Any, depth: int) -> Any:
    """Small parts on one line, the rest opened out."""
    if isinstance(value, list):
        return CommentedSeq([_laid_out(one, depth + 1) for one in cast(list[Any], value)])
    if not isinstance(value, dict):
        return value
    part = cast(dict[str, Any], value)
    small = depth > 1 and not any(isinstance(one, dict | list) for one in part.values())
    if small and len(str(part)) < _WIDE // 2:
        return _flow(part)
    return CommentedMap({key: _laid_out(one, depth + 1) for key, one in part.items()})


def _flow(value: Mapping[str, Any]) -> Any:
    made: Any = CommentedMap(value)
    made.fa.set_flow_style()
    return made


def _head(imported: Imported, language: Language) -> str:
    title = {
        "fr": f"Carte tirée du jeu de données Fides {imported.dataset}.",
        "en": f"Data map drawn from the Fides dataset {imported.dataset}.",
    }
    lines = [f"# {_one_line(title[language])}"]
    lines += [f"# {_one_line(told(loss, language))}" for loss in imported.losses]
    return "\n".join(lines) + "\n"


def told(loss: Loss, language: Language) -> str:
    """One loss on one line: where, what kind, what."""
    words: dict[Kind, dict[Language, str]] = {
        "lost": {"fr": "perdu", "en": "lost"},
        "check": {"fr": "à vérifier", "en": "to check"},
        "complete": {"fr": "à compléter", "en": "to complete"},
    }
    colon = "\u202f:" if language == "fr" else ":"
    place = f"{loss.position.file}:{loss.position.line}"
    return _one_line(f"{place}{colon} {words[loss.kind][language]}{colon} {loss.text.say(language)}")


def _one_line(text: str) -> str:
    """No line break of a name may end a comment."""
    return _BREAKS.sub(" ", text)
