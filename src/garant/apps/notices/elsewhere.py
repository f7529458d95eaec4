"""Whatever else is asked for below /p/, once every room has had its turn."""

from __future__ import annotations

from django.urls import path

from garant.apps.notices import views

app_name = "elsewhere"
urlpatterns = [path("<path:rest>", views.nowhere, name="nowhere")]
