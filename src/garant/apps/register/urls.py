"""Addresses of the register's pages."""

from __future__ import annotations

from django.urls import path

from garant.apps.register import views

app_name = "register"
urlpatterns = [
    path("", views.index, name="index"),
    path("files/import/", views.take_over, name="import"),
    path("files/<str:form>/", views.download, name="download"),
    path("<slug:activity>/", views.sheet, name="sheet"),
]
