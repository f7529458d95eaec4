"""Addresses of holds."""

from __future__ import annotations

from django.urls import path

from garant.apps.holds import views

app_name = "holds"
urlpatterns = [
    path("<slug:organisation>/holds/", views.holds, name="list"),
    path("<slug:organisation>/holds/<slug:key>/end/", views.end, name="end"),
]
