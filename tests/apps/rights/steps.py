"""What a person and staff do on the pages, in few words."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from garant.apps.rights import services
from garant.apps.rights.models import Request
from tests.apps.rights.conftest import Letters, work

FORMS = "application/x-www-form-urlencoded"
OFFICER, DELEGATE = "deleguee@demo.example", "adjointe@demo.example"


def post_form(visitor: Client, address: str, values: dict[str, str]) -> Any:
    """Send a form as browsers do."""
    return visitor.post(address, urlencode(values), content_type=FORMS)


def fill(company: str, right: str, language: str = "fr", query: str = "", **values: str) -> Any:
    """Open the form as a person does, fill it in, send it."""
    visitor = Client()
    address = f"/p/{company}/{language}/requests/{right}/{query}"
    page = visitor.get(address)
    assert page.status_code == 200
    token = re.search(r'name="token" value="([^"]+)"', page.content.decode())
    assert token is not None
    sent = {"token": token[1], "website": "", "name": "Jeanne Essai", "message": "", **values}
    return post_form(visitor, address, sent)


def confirm(page: str, digits: str) -> str:
    """Type the code; gives the address of the person's own page."""
    answer = post_form(Client(), page, {"code": digits})
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"]


def will(mine: str) -> Any:
    """Say on one's own page that these are one's directives, as it shows them."""
    shown = re.search(r'name="will" value="([^"]+)"', Client().get(mine).content.decode())
    assert shown is not None
    return post_form(Client(), mine, {"will": shown[1]})


def asked(company: str, post: Letters, right: str, email: str, **values: str) -> tuple[Request, str]:
    """A request of somebody who confirmed their address and was searched for; with their own page."""
    answer = fill(company, right, email=email, **values)
    assert answer.status_code == 303, answer.content.decode()
    mine = confirm(answer["Location"], post.last("code")["code"])
    work(company, "request-search")
    key = post.sent[-1][0]
    return services.find(company, key), mine


def carried_out(company: str, key: str) -> None:
    """Its plan approved by staff, and run."""
    services.approve(company, key, actor=OFFICER)
    work(company, "run")
