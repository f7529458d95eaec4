"""Addresses of the dashboard."""

from __future__ import annotations

from django.urls import path

from garant.apps.controls import views

app_name = "promises"
urlpatterns = [
    path("o/<slug:organisation>/", views.dashboard, name="dashboard"),
    path("o/<slug:organisation>/promises/look/", views.look, name="look"),
    path("o/<slug:organisation>/promises/<str:key>/", views.promise, name="promise"),
    path("p/<slug:organisation>/<str:language>/state/", views.public, name="public"),
]
