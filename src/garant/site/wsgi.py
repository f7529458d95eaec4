"""What the web server calls."""

from django.core.wsgi import get_wsgi_application

from garant.site import setup

setup.wake()
application = get_wsgi_application()
