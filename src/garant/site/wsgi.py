"""What the web server calls."""

import gc
import sys
from importlib import import_module
from typing import Any, Final

from django.core.wsgi import get_wsgi_application

from garant.site import setup

TURN: Final = 0.000_5
"""Seconds after which a thread lets another one on. A question to the database gives the turn away each time; with CPython’s
five milliseconds, a short answer of eight questions waits forty beside a long page (bpo-7946, “convoy effect”)."""


def _application() -> Any:
    """The site, with all that it needs loaded and out of what is looked at for garbage: it stays as long as the process.

    A full collection would go over some 240,000 objects of modules for nothing, while nobody is answered.
    """
    from garant.site.asking import Asking  # once Django is awake

    made = Asking(get_wsgi_application())
    import_module("garant.site.urls")
    sys.setswitchinterval(TURN)
    gc.freeze()
    return made


setup.wake()
application = _application()
