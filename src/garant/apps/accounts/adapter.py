"""How allauth is told that accounts are given, never taken, and who writes its letters."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from garant.apps.accounts import invitations
from garant.site.rates import caller
from garant.site.words import spoken

FORGOTTEN = "account/email/password_reset_key"


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; a forgotten password is written about as everything else is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an administrator gives accounts."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from, as the API has it; the proxy itself where it says no address."""
        said = caller(request.META)
        try:
            return str(ip_address(said))
        except ValueError:
            return super().get_client_ip(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Our own letter, through the outbox; allauth's own where nobody of ours writes it."""
        if template_prefix == FORGOTTEN:
            link = f"{settings.GARANT_URL}{urlsplit(context['password_reset_url']).path}"  # not what a client said
            if invitations.send_password_link(context["user"], link, language=spoken()):
                return
            context = {**context, "password_reset_url": link}
        super().send_mail(template_prefix, email, context)
