"""Addresses of the tokens."""

from __future__ import annotations

from django.urls import path

from garant.apps.tokens import views

app_name = "tokens"
urlpatterns = [
    path("<slug:organisation>/settings/tokens/", views.tokens, name="list"),
    path("<slug:organisation>/settings/tokens/<slug:key>/revoke/", views.revoke, name="revoke"),
]
