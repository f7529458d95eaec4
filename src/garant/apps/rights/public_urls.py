"""Addresses of the public pages of requests."""

from __future__ import annotations

from django.urls import path, register_converter

from garant.apps.rights.views import public
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
    path("<slug:organisation>/<spoken:language>/requests/", public.choose, name="choose"),
    path("<slug:organisation>/<spoken:language>/requests/<right:right>/", public.ask, name="ask"),
    path("<slug:organisation>/<spoken:language>/requests/code/<str:secret>/", public.code, name="code"),
    path(
        "<slug:organisation>/<spoken:language>/requests/directive/<str:secret>/",
        public.directive,
        name="directive",
    ),
    path("<slug:organisation>/<spoken:language>/requests/told/<str:secret>/", public.told, name="told"),
    path("<slug:organisation>/<spoken:language>/requests/mine/<str:secret>/", public.mine, name="mine"),
]
