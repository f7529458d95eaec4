"""Addresses of the mailbox and of the letters, for staff."""

from __future__ import annotations

from django.urls import path

from garant.apps.mails import views

app_name = "mails"
urlpatterns = [
    path("<slug:organisation>/mail/", views.listing, name="list"),
    path("<slug:organisation>/mail/letters/", views.letters, name="letters"),
    path("<slug:organisation>/mail/<slug:key>/", views.arrival, name="arrival"),
    path("<slug:organisation>/mail/<slug:key>/dismiss/", views.dismiss, name="dismiss"),
]
