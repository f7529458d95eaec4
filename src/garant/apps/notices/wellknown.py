"""Addresses under which programs find what is published here (RFC 8615)."""

from __future__ import annotations

from django.urls import path

from garant.apps.notices import views

app_name = "wellknown"
urlpatterns = [
    path("garant", views.directory, name="directory"),
    path("garant/notice-1.json", views.schema, name="schema"),
]
