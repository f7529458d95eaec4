"""A plan in numbers, as lists show it: the document itself holds the keys of everybody it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def summary_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The day of a plan, and for each selection its system, its rule, how many are due and how many rows change."""
    return {
        "as_of": document["as_of"],
        "parts": [
            {
                "system": one["system"],
                "rule": one["rule"],
                "due": one["due"],
                "rows": sum(action["deleted"] + action["treated"] for action in one["actions"]),
            }
            for one in document.get("selections", [])
        ],
    }
