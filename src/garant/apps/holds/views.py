"""Holds: what stops destruction, who answers for it, until when."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.holds import services
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.refusals import RefusedError
from garant.ledger import LedgerError
from garant.site.words import plural, said, say
from garant.systems.port import ConnectorError

ACTIVITY, PERSON = "activity", "person"


class HoldForm(forms.Form):
    """A hold on a person, known by an e-mail address, or on an activity."""

    owner = forms.CharField(max_length=200)
    reason = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    review = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    email = forms.EmailField(required=False)
    activity = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, activities: dict[str, str], people: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        labels = {
            "owner": say("Qui en répond", "Who answers for it"),
            "reason": say("Raison", "Reason"),
            "until": say("Dernier jour", "Last day"),
            "review": say("Ou à revoir le", "Or to be reviewed on"),
            "email": say("Sur une personne, dont voici l'adresse", "On a person, whose address is"),
            "activity": say("Ou sur une activité", "Or on an activity"),
        }
        for name, label in labels.items():
            fields[name].label = label
        if not people:
            del fields["email"]
        fields["activity"].choices = [("", "—"), *activities.items()]

    def clean(self) -> dict[str, Any]:
        """One end, and one thing that it is on: said beside the fields, in the words of the page."""
        data: dict[str, Any] = self.cleaned_data
        if not self.errors.keys() & {"until", "review"}:
            self._one(
                ("until", "review"),
                say(
                    "Donnez un dernier jour, ou un jour où la revoir.", "Give a last day, or a day of review."
                ),
                say(
                    "Un dernier jour ou un jour où la revoir, pas les deux.",
                    "A last day or a day of review, not both.",
                ),
            )
        if not self.errors.keys() & {"email", "activity"}:
            self._one(
                ("email", "activity"),
                say("Dites sur qui ou sur quoi elle porte.", "Say whom or what it is on."),
                say("Une personne ou une activité, pas les deux.", "A person or an activity, not both."),
            )
        return data

    def _one(self, names: tuple[str, str], none: str, both: str) -> None:
        given = [bool(self.cleaned_data.get(name)) for name in names]
        if all(given) or not any(given):
            self.add_error(names[1], both if all(given) else none)


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.HOLD)
def holds(request: Any) -> HttpResponse:
    """The holds in force; and place one."""
    form = HoldForm(
        request.POST or None, activities=_activities(request), people=not request.membership.narrow
    )
    if request.method == "POST" and form.is_valid() and _placed(request, form.cleaned_data):
        return redirect("holds:list", request.organisation)
    found = [one for one in services.listing(request.organisation, ended=True) if _seen(request, one)]
    return render(request, "holds/list.html", {"holds": found, "form": form})


@require_POST
@member(May.HOLD)
def end(request: Any, key: str) -> HttpResponse:
    """End a hold, once it was looked at: whom it is about is wiped with it, and nobody can place the same again."""
    if request.membership.narrow:
        known = {one.key for one in services.listing(request.organisation, ended=True) if _seen(request, one)}
        if key not in known:
            raise Http404
    if "confirmed" not in request.POST:
        hold = next((one for one in services.listing(request.organisation) if one.key == key), None)
        if hold is not None:
            return render(request, "holds/end.html", {"hold": hold})
    try:
        services.end(request.organisation, key, actor=request.user.email)
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
    else:
        messages.success(request, say(f"La suspension {key} a pris fin.", f"The hold {key} ended."))
    return redirect("holds:list", request.organisation)


def _placed(request: Any, data: dict[str, Any]) -> bool:
    asked = services.Asked(
        owner=data["owner"],
        reason=data["reason"],
        until=data["until"],
        review=data["review"],
        identities={"email": data["email"]} if data.get("email") else None,
        activity=data["activity"] or None,
    )
    try:
        with open_published(request.organisation) as workspace:
            _, places = services.place(workspace.policy, workspace.sources, asked, actor=request.user.email)
    except LedgerError as refusal:
        messages.error(request, said(refusal.text))
    except RefusedError as refusal:
        messages.error(request, f"{said(refusal.message)} {said(refusal.mend)}")
    except ConnectorError as error:
        messages.error(request, str(error))
    else:
        _told(request, asked, len(places))
        return True
    return False


def _told(request: Any, asked: services.Asked, places: int) -> None:
    """A hold on an address that nobody has keeps nothing: most often it was mistyped, and success would hide it."""
    if not asked.identities:
        messages.success(request, say("Suspension posée.", "Hold placed."))
    elif places:
        known = plural(places, ("endroit", "endroits"), ("place", "places"))
        messages.success(
            request,
            say(
                f"Suspension posée. Personne connue aujourd’hui à {known}.",
                f"Hold placed. The person is known today in {known}.",
            ),
        )
    else:
        messages.warning(
            request,
            say(
                "Suspension posée, mais aucun système ne connaît aujourd’hui cette adresse : elle ne retient rien. Vérifiez "
                "l’adresse ; si la personne y est connue sous une autre, posez une suspension sur celle-là.",
                "Hold placed, but no system knows this address today: it keeps nothing. Check the address; where the person "
                "is known by another one, place a hold on that.",
            ),
        )


def _seen(request: Any, hold: Any) -> bool:
    """Whether a hold is theirs to see: on an activity of theirs; one on a person or rows may be about anything."""
    held = request.membership
    return not held.narrow or (hold.on == ACTIVITY and held.covers(activity=hold.activity))


def _activities(request: Any) -> dict[str, str]:
    """The activities on which the person may place a hold."""
    from garant.apps.policies import services as policies

    version = policies.published(request.organisation)
    if version is None:
        return {}
    covers = request.membership.covers
    return {key: said(one.label) for key, one in version.policy.activities.items() if covers(activity=key)}
