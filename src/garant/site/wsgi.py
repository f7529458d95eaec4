"""What the web server calls."""

from typing import Any

from django.core.wsgi import get_wsgi_application

from garant.site import setup


def _application() -> Any:
    from garant.site.asking import Asking  # once Django is awake

    return Asking(get_wsgi_application())


setup.wake()
application = _application()
