"""Addresses of the public pages of requests."""

from __future__ import annotations

from django.urls import path, register_converter

from garant.apps.rights import public_views as views
from garant.apps.rights.words import Right


class _Right:
    regex = "|".join(right.value for right in Right)

    def to_python(self, value: str) -> Right:
        return Right(value)

    def to_url(self, value: str) -> str:
        return value


register_converter(_Right, "right")

app_name = "asking"
urlpatterns = [
    path("<slug:organisation>/<spoken:language>/requests/", views.choose, name="choose"),
    path("<slug:organisation>/<spoken:language>/requests/<right:right>/", views.ask, name="ask"),
    path("<slug:organisation>/<spoken:language>/requests/code/<str:secret>/", views.code, name="code"),
    path(
        "<slug:organisation>/<spoken:language>/requests/directive/<str:secret>/",
        views.directive,
        name="directive",
    ),
    path("<slug:organisation>/<spoken:language>/requests/told/<str:secret>/", views.told, name="told"),
    path("<slug:organisation>/<spoken:language>/requests/mine/<str:secret>/", views.mine, name="mine"),
]
