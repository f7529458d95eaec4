"""Addresses of the lists."""

from __future__ import annotations

from django.urls import path

from garant.apps.replays import views

app_name = "lists"
urlpatterns = [path("<slug:organisation>/settings/lists/", views.lists, name="all")]
