"""The register, for programs: as files."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from garant.apps.accounts.roles import May
from garant.apps.register import services
from garant.apps.tokens.access import Needs
from garant.site.problems import ProblemError, sought
from garant.site.words import spoken

router = Router(tags=["register"])


@router.get("/{organisation}/register.{form}", auth=Needs(May.SEE), summary="The register, as a file")
def register(
    request: HttpRequest,
    organisation: str,
    form: Literal["ods", "xlsx", "csv", "pdf"],
    version: Annotated[
        str,
        Field(
            max_length=40,
            description="key or number; the version in force unless said, else the latest there is",
        ),
    ] = "",
) -> HttpResponse:
    """CNIL’s template (ODS), XLSX, CSV or PDF, in the language that Accept-Language asks for.

    The file says in itself which version it is, and whether that one is in force; so does its name, where it is not.
    """
    with sought():
        found = services.chosen(organisation, version)
    if found is None:
        raise ProblemError(
            404, "not-found", fr="Aucune version de la politique.", en="No version of the policy."
        )
    standing = services.standing(organisation, found)
    name = f'attachment; filename="register-{organisation}{standing.end}.{form}"'
    content = services.file(found.policy, form, spoken(), standing.said)
    return HttpResponse(content, content_type=services.FORMS[form], headers={"Content-Disposition": name})
