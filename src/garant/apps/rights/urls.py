"""Addresses of requests, for staff."""

from __future__ import annotations

from django.urls import path

from garant.apps.rights.views import copies, staff

app_name = "requests"
urlpatterns = [
    path("<slug:organisation>/requests/", staff.requests, name="list"),
    path("<slug:organisation>/requests/new/", staff.new, name="new"),
    path("<slug:organisation>/requests/<slug:key>/", staff.request_page, name="request"),
    path("<slug:organisation>/requests/<slug:key>/call/", staff.call, name="call"),
    path("<slug:organisation>/requests/<slug:key>/approve/", staff.approve, name="approve"),
    path("<slug:organisation>/requests/<slug:key>/copy-ask/", copies.ask, name="copy-ask"),
    path("<slug:organisation>/requests/<slug:key>/copies-read/", copies.read, name="copies-read"),
    path(
        "<slug:organisation>/requests/<slug:key>/copies/<slug:processor>/",
        copies.answer,
        name="copy-answer",
    ),
    path(
        "<slug:organisation>/requests/<slug:key>/copies/<slug:processor>/without/",
        copies.leave,
        name="copy-leave",
    ),
    path("<slug:organisation>/requests/<slug:key>/files/<slug:copy>/", copies.file, name="copy-file"),
    path("<slug:organisation>/requests/<slug:key>/<slug:deed>/", staff.handle, name="handle"),
]
