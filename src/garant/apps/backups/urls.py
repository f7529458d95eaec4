"""Addresses of the backups."""

from __future__ import annotations

from django.urls import path

from garant.apps.backups import views

app_name = "backups"
_HERE = "<slug:organisation>/settings/backups/"
urlpatterns = [
    path(_HERE, views.backups, name="list"),
    path(f"{_HERE}restored/", views.restored, name="restored"),
    path(f"{_HERE}restored/read/", views.read, name="read"),
    path(f"{_HERE}letters/", views.letters, name="letters"),
]
