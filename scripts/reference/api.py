"""The operations of the JSON API, from its own schema."""

from __future__ import annotations

from collections.abc import Iterator

from garant.policy.text import Language


def operations(_: Language) -> Iterator[str]:
    """Every operation, its right, and what it takes and gives."""
    from garant.site import setup

    setup.wake()
    from garant.site.api import api

    for address, methods in api.get_openapi_schema()["paths"].items():
        for method, one in methods.items():
            right = one.get("x-right")
            needs = f"Right `{right}`." if right else "For anyone."
            taken = ", ".join(f"`{p['name']}`" for p in one.get("parameters", []) if p["in"] == "query")
            told = [
                one["summary"] + ".",
                one.get("description", ""),
                needs,
                f"Takes {taken}." if taken else "",
            ]
            yield f"## `{method.upper()} {address}`\n\n{' '.join(filter(None, told))}\n"
