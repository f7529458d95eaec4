"""Addresses of the ledger."""

from __future__ import annotations

from django.urls import path

from garant.apps.evidence import views

app_name = "evidence"
urlpatterns = [
    path("o/<slug:organisation>/ledger/", views.ledger, name="ledger"),
    path("o/<slug:organisation>/ledger/export/", views.export, name="export"),
    path("o/<slug:organisation>/ledger/<int:index>/proof/", views.proof, name="proof"),
    path("p/<slug:organisation>/ledger/checkpoint", views.checkpoint, name="checkpoint"),
]
