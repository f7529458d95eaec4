"""Every address of the site. A room adds one line.

/p/…        for anyone: no account, no cookie
/o/…        for staff: signed in, members of the organisation
/account/…  signing in
/api/…      for programs
"""

from __future__ import annotations

from typing import Any

from django.urls import include, path

from garant.apps.accounts import invitationviews
from garant.site import views
from garant.site.api import api

handler400 = views.unusable
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.failed

urlpatterns: list[Any] = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("language/", views.language, name="language"),
    path(".well-known/", include("garant.apps.deliveries.wellknown")),
    path(".well-known/", include("garant.apps.notices.wellknown")),
    path("account/invitation/<slug:key>/", invitationviews.accept, name="invitation"),
    path("account/invitation/<slug:key>/<str:secret>/", invitationviews.arrive, name="invitation-link"),
    path("account/email/", views.closed, name="account_email"),
    path("account/", include("allauth.urls")),
    path("o/", include("garant.apps.accounts.urls")),
    path("o/", include("garant.apps.organisations.urls")),
    path("o/", include("garant.apps.clients.urls")),
    path("o/", include("garant.apps.tokens.urls")),
    path("o/", include("garant.apps.webhooks.urls")),
    path("o/", include("garant.apps.exchanges.urls")),
    path("o/", include("garant.apps.backups.urls")),
    path("o/", include("garant.apps.replays.urls")),
    path("o/<slug:organisation>/policy/", include("garant.apps.policies.urls")),
    path("o/<slug:organisation>/register/", include("garant.apps.register.urls")),
    path("api/v1/", api.urls),
    path("", include("garant.apps.controls.urls")),
    path("", include("garant.apps.evidence.urls")),
    path("o/", include("garant.apps.controls.systemurls")),
    path("o/", include("garant.apps.promises.urls")),
    path("o/", include("garant.apps.holds.urls")),
    path("o/", include("garant.apps.archives.urls")),
    path("o/", include("garant.apps.rights.urls")),
    path("o/", include("garant.apps.jobs.urls")),
    path("p/", include("garant.apps.notices.urls")),
    path("p/", include("garant.apps.rights.public_urls")),
    path("o/", include("garant.apps.mails.urls")),
    path("p/", include("garant.apps.deliveries.urls")),
    path("p/", include("garant.apps.notices.elsewhere")),  # last: nothing of the above
]
