"""The address of a link."""

from __future__ import annotations

from django.urls import path

from garant.apps.deliveries import views

app_name = "deliveries"
urlpatterns = [
    path("<slug:organisation>/<spoken:language>/file/<str:secret>/", views.file, name="file"),
]
