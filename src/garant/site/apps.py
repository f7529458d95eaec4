"""Django's entry to the site: its templates, its static files, its words."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The frame of every page."""

    name = "garant.site"
    label = "site"
    verbose_name = "site"
