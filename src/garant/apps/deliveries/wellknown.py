"""The address under which programs find the schema of a package (RFC 8615)."""

from __future__ import annotations

from django.urls import path

from garant.apps.deliveries import views

app_name = "packages"
urlpatterns = [path("garant/package-1.json", views.schema, name="schema")]
