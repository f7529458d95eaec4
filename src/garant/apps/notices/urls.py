"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path, register_converter

from garant.apps.notices import views


class _Language:
    regex = "fr|en"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class _Form(_Language):
    regex = "pdf|json|jsonld"


register_converter(_Language, "spoken")
register_converter(_Form, "form")

app_name = "notices"
urlpatterns = [
    path("<slug:organisation>/", views.entrance, name="entrance"),
    path("<slug:organisation>/<spoken:language>/", views.notice, name="notice"),
    path("<slug:organisation>/<spoken:language>/notice.<form:form>", views.form, name="form"),
    path("<slug:organisation>/<spoken:language>/history/", views.history, name="history"),
    path("<slug:organisation>/<spoken:language>/history/<int:number>/", views.version, name="version"),
]
