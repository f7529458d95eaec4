"""What whoever asks before using somebody's data must be told, by a plain model: every address, number and record, every
purpose. It knows who stands against a use, and nothing of marks, facts or runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from garant.apps.permissions import services as permissions
from garant.apps.promises.opening.published import policy_in_force

Identity = tuple[str, str]
MARKETING = "customer-relationship/commercial-communications"
CONSENTED = "recruitment/selection"
WEIGHED = "customer-relationship/information"
UNWEIGHED = ("permitted", "term-over", "term-unknown")


@dataclass
class Answers:
    """Who holds whom, who objected, who withdrew what."""

    holders: dict[str, set[Identity]] = field(default_factory=dict[str, set[Identity]])
    """What restricts → all by which it is known whom."""
    maybe: dict[str, set[Identity]] = field(default_factory=dict[str, set[Identity]])
    """What it may go on holding for another that ended over the same data."""
    objected: set[Identity] = field(default_factory=set[Identity])
    stopped: set[Identity] = field(default_factory=set[Identity])
    """Those whose objection to what is weighed prevailed."""
    consents: dict[Identity, tuple[bool, int]] = field(default_factory=dict[Identity, tuple[bool, int]])
    """The last word, and when it was said."""
    known: set[Identity] = field(default_factory=set[Identity])
    """Everything that anybody was ever known by."""
    said: int = 0

    def holds(self, holder: str, whom: set[Identity]) -> None:
        self.known |= whom
        self.holders.setdefault(holder, set()).update(whom)

    def ends(self, holder: str, heirs: list[str]) -> None:
        ended = self.holders.pop(holder, set()) | self.maybe.pop(holder, set())
        for heir in heirs:
            self.maybe.setdefault(heir, set()).update(ended)

    def consent(self, who: Identity, *, given: bool) -> None:
        self.said += 1
        self.known.add(who)
        self.consents[who] = given, self.said

    def renamed(self, old: Identity, new: Identity) -> None:
        """What stands against a use goes along."""
        self.known.add(new)
        for every in (*self.holders.values(), *self.maybe.values()):
            if old in every:
                every.add(new)
        for stands in (self.objected, self.stopped):
            if old in stands:
                stands.add(new)
        given, at = self.consents.get(old, (True, 0))
        if not given and at > self.consents.get(new, (False, -1))[1]:
            self.consents[new] = given, at

    def wrong(self, organisation: str) -> list[str]:
        """What is answered otherwise than it must be."""
        policy, found = policy_in_force(organisation).document, list[str]()
        held = {one for every in self.holders.values() for one in every}
        maybe = held | {one for every in self.maybe.values() for one in every}
        for who in sorted(self.known):
            for activity, purpose in policy.purposes():
                use = f"{activity.key}/{purpose.key}"
                ground = purpose.legal_basis.ground if purpose.legal_basis else ""
                code = permissions.may(organisation, [who], use).code
                want = [
                    self._expected(who, use, ground, purpose.direct_marketing, on)
                    for on in ((True,) if who in held else (True, False) if who in maybe else (False,))
                ]
                if ground and not any(code in one for one in want):
                    found.append(f"{who} for {use}: {code}, not {want}")
        return found

    def _expected(
        self, who: Identity, use: str, ground: str, marketing: bool, restricted: bool
    ) -> tuple[str, ...]:
        given = self.consents.get(who) if use == CONSENTED else None
        if restricted and not (given and given[0]):
            return ("restricted",)
        if (marketing and who in self.objected) or (use == WEIGHED and who in self.stopped):
            return ("objected",)
        if ground == "consent" and not (given and given[0]):
            return ("consent-missing",) if given is None else ("consent-withdrawn",)
        return UNWEIGHED
