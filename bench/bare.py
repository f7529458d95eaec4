"""A bare Django site: one view, a constant, no middleware, no database. The rival of `bench.notice`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="bare", MIDDLEWARE=[], USE_TZ=True, DEBUG=False
)


def constant(_: HttpRequest) -> HttpResponse:
    return HttpResponse("constant", headers={"Content-Length": "8"})


urlpatterns: list[Any] = [path("", constant)]
application = get_wsgi_application()
