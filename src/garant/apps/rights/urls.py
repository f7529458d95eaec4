"""Addresses of requests, for staff."""

from __future__ import annotations

from django.urls import path

from garant.apps.rights import views

app_name = "requests"
urlpatterns = [
    path("<slug:organisation>/requests/", views.requests, name="list"),
    path("<slug:organisation>/requests/new/", views.new, name="new"),
    path("<slug:organisation>/requests/<slug:key>/", views.request_page, name="request"),
    path("<slug:organisation>/requests/<slug:key>/approve/", views.approve, name="approve"),
    path("<slug:organisation>/requests/<slug:key>/<slug:deed>/", views.handle, name="handle"),
]
