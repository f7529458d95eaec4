"""Addresses of the systems."""

from __future__ import annotations

from django.urls import path

from garant.apps.controls import systemviews

app_name = "systems"
urlpatterns = [
    path("<slug:organisation>/systems/", systemviews.listing, name="list"),
    path("<slug:organisation>/systems/<slug:name>/test/", systemviews.test, name="test"),
]
