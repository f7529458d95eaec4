"""Addresses of jobs."""

from __future__ import annotations

from django.urls import path

from garant.apps.jobs import views

app_name = "jobs"
urlpatterns = [
    path("<slug:organisation>/jobs/", views.jobs, name="list"),
    path("<slug:organisation>/jobs/<slug:key>/", views.job, name="job"),
    path("<slug:organisation>/jobs/<slug:key>/stop/", views.stop, name="stop"),
]
