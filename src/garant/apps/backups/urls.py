"""Addresses of the backups."""

from __future__ import annotations

from django.urls import path

from garant.apps.backups import views

app_name = "backups"
urlpatterns = [path("<slug:organisation>/settings/backups/", views.backups, name="list")]
