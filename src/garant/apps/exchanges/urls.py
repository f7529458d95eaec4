"""Addresses of the pages of linked organisations."""

from __future__ import annotations

from django.urls import path

from garant.apps.exchanges import views

app_name = "exchanges"
urlpatterns = [
    path("<slug:organisation>/settings/exchanges/", views.peers, name="list"),
    path("<slug:organisation>/settings/exchanges/<slug:key>/", views.peer, name="peer"),
    path("<slug:organisation>/packages/", views.packages, name="packages"),
    path("<slug:organisation>/packages/<slug:key>/open/", views.open_package, name="open"),
    path("<slug:organisation>/packages/<slug:key>/destroy/", views.destroy_package, name="destroy"),
]
