"""Addresses of plans and runs."""

from __future__ import annotations

from django.urls import path

from garant.apps.promises.views import plans as views

app_name = "plans"
urlpatterns = [
    path("<slug:organisation>/plans/", views.plans, name="list"),
    path("<slug:organisation>/plans/new/", views.new, name="new"),
    path("<slug:organisation>/plans/<slug:digest>/", views.plan, name="plan"),
    path("<slug:organisation>/plans/<slug:digest>/sample/", views.sample, name="sample"),
    path("<slug:organisation>/plans/<slug:digest>/approve/", views.approve, name="approve"),
    path("<slug:organisation>/plans/<slug:digest>/run/", views.start, name="start"),
    path("<slug:organisation>/runs/<slug:key>/", views.run, name="run"),
    path("<slug:organisation>/runs/<slug:key>/end/", views.end, name="end"),
    path("<slug:organisation>/runs/<slug:key>/certificate/", views.certificate, name="certificate"),
]
