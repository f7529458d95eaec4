"""Addresses of a client's contact."""

from __future__ import annotations

from django.urls import path

from garant.apps.clients import views

app_name = "clients"
urlpatterns = [
    path("<slug:organisation>/client/", views.home, name="home"),
    path("<slug:organisation>/client/runs/<slug:run>/<slug:rule>/proof/", views.proof, name="proof"),
    path("<slug:organisation>/client/<slug:activity>/", views.activity, name="activity"),
]
