"""Addresses of requests, for staff."""

from __future__ import annotations

from django.urls import path

from garant.apps.rights import copy_views, views

app_name = "requests"
urlpatterns = [
    path("<slug:organisation>/requests/", views.requests, name="list"),
    path("<slug:organisation>/requests/new/", views.new, name="new"),
    path("<slug:organisation>/requests/<slug:key>/", views.request_page, name="request"),
    path("<slug:organisation>/requests/<slug:key>/call/", views.call, name="call"),
    path("<slug:organisation>/requests/<slug:key>/approve/", views.approve, name="approve"),
    path("<slug:organisation>/requests/<slug:key>/copy-ask/", copy_views.ask, name="copy-ask"),
    path("<slug:organisation>/requests/<slug:key>/copies-read/", copy_views.read, name="copies-read"),
    path(
        "<slug:organisation>/requests/<slug:key>/copies/<slug:processor>/",
        copy_views.answer,
        name="copy-answer",
    ),
    path(
        "<slug:organisation>/requests/<slug:key>/copies/<slug:processor>/without/",
        copy_views.leave,
        name="copy-leave",
    ),
    path("<slug:organisation>/requests/<slug:key>/files/<slug:copy>/", copy_views.file, name="copy-file"),
    path("<slug:organisation>/requests/<slug:key>/<slug:deed>/", views.handle, name="handle"),
]
