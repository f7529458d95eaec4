"""Addresses of the room: `/o/<organisation>/policy/…`."""

from __future__ import annotations

from django.urls import path

from garant.apps.policies import editor_views, views

app_name = "policies"
urlpatterns = [
    path("", views.versions, name="versions"),
    path("import/", views.import_files, name="import"),
    path("<int:number>/", views.version, name="version"),
    path("<int:number>/review/", views.review, name="review"),
    path("<int:number>/export.zip", views.export, name="export"),
    path("<int:number>/count/", views.count, name="count"),
    path("<int:number>/do/", views.do, name="do"),
    path("<int:number>/edit/<slug:section>/", editor_views.section, name="section"),
    path("<int:number>/edit/<slug:section>/delete/", editor_views.delete, name="delete"),
    path("<int:number>/edit/<slug:section>/<slug:key>/", editor_views.entry, name="entry"),
    path("<int:number>/edit/<slug:section>/<slug:key>/delete/", editor_views.delete, name="delete-entry"),
]
