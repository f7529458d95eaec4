"""Addresses of an organisation's settings."""

from __future__ import annotations

from django.urls import path

from garant.apps.organisations import views

app_name = "settings"
urlpatterns = [path("<slug:organisation>/settings/", views.settings, name="organisation")]
