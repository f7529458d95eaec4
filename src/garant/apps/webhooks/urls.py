"""Addresses of the webhooks."""

from __future__ import annotations

from django.urls import path

from garant.apps.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("<slug:organisation>/settings/webhooks/", views.webhooks, name="list"),
    path("<slug:organisation>/settings/webhooks/<slug:key>/", views.webhook, name="webhook"),
    path("<slug:organisation>/settings/webhooks/<slug:key>/end/", views.end, name="end"),
]
