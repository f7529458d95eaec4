"""Addresses of the intermediate archive."""

from __future__ import annotations

from django.urls import path

from garant.apps.archives import taking, views

app_name = "archives"
urlpatterns = [
    path("<slug:organisation>/archive/", views.archive, name="list"),
    path("<slug:organisation>/archive/allow/", views.allow, name="allow"),
    path("<slug:organisation>/archive/revoke/", views.revoke, name="revoke"),
    path("<slug:organisation>/archive/uses/", views.uses, name="uses"),
    path("<slug:organisation>/archive/<slug:record>/", views.record, name="record"),
    path("<slug:organisation>/archive/<slug:record>/files/", taking.files, name="files"),
    path("<slug:organisation>/archive/<slug:record>/release/", taking.release, name="release"),
]
