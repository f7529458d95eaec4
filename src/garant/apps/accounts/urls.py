"""Addresses of the staff's own pages: the portfolio, the account, the habilitations."""

from __future__ import annotations

from django.urls import path

from garant.apps.accounts import invitationviews, views

app_name = "organisations"
urlpatterns = [
    path("", views.portfolio, name="portfolio"),
    path("account/", views.account, name="account"),
    path("<slug:organisation>/people/", views.people, name="people"),
    path("<slug:organisation>/people/review/", views.review, name="review"),
    path("<slug:organisation>/people/invitations/<slug:key>/resend/", invitationviews.resend, name="resend"),
    path(
        "<slug:organisation>/people/invitations/<slug:key>/withdraw/",
        invitationviews.withdraw,
        name="withdraw",
    ),
    path("<slug:organisation>/people/<int:member>/", views.person, name="person"),
]
