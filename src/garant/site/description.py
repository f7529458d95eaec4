"""The API's own description (OpenAPI 3.1): with the rights that operations take, and the form of errors."""

from __future__ import annotations

from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from garant.site.problems import CONTENT_TYPE, TITLES

METHODS: Final = ("get", "post", "put", "patch", "delete")

_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "RFC 9457 problem details, in French or English as Accept-Language asks.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "urn:garant:problem:KIND, or about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what was found, and what was expected"},
        "mend": {"type": "string", "description": "what to do"},
        "errors": {
            "type": "array",
            "items": {"type": "object"},
            "description": "each place and what is wrong there",
        },
    },
}
_KEY: Final[dict[str, Any]] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Asked again with the same key within a day, what was answered is answered again; nothing is done twice.",
    "schema": {"type": "string", "maxLength": 200},
}
_TOKEN: Final = {"type": "http", "scheme": "bearer", "description": "A token: `garant token issue`."}


class DescribedAPI(NinjaAPI):
    """Ninja's API, whose description says what its middleware does."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Describe every operation."""
        schema = super().get_openapi_schema(**options)
        parts: dict[str, Any] = schema.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = _PROBLEM
        parts["securitySchemes"] = {"token": _TOKEN}
        rights = self._rights()
        for address, methods in schema["paths"].items():
            for method in METHODS:
                if method in methods:
                    self._finish(methods[method], method, address)
                    right = rights.get(methods[method]["operationId"])
                    if right:
                        methods[method]["x-right"] = right
        return schema

    def _rights(self) -> dict[str, str]:
        """The right that each operation takes, by its name in the description."""
        found: dict[str, str] = {}
        for _, router in self._routers:
            for view in router.path_operations.values():
                for operation in view.operations:
                    name = operation.operation_id or self.get_openapi_operation_id(operation)
                    for guard in operation.auth_callbacks:
                        found[name] = str(getattr(guard, "may", ""))
        return found

    def _finish(self, operation: dict[str, Any], method: str, address: str) -> None:
        if operation.get("security"):
            operation["security"] = [{"token": []}]
        statuses = [
            400,
            429,
            *([401, 403, 404] if "{organisation}" in address or operation.get("security") else []),
        ]
        statuses += [409, 413, 422, 424] if method == "post" else [422]
        for status in sorted({*statuses}):
            operation["responses"].setdefault(status, _answer(status))
        if method == "post":
            operation.setdefault("parameters", []).append(_KEY)


def _answer(status: int) -> dict[str, Any]:
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": TITLES[status].en, "content": content}
