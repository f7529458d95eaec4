"""On what a refusal may rest: a closed list, each ground with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from garant.apps.rights.words import FOR_OTHERS, Capacity, Right
from garant.policy.text import Text


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a request may be refused: what the person is told, and where the law says so.

    Args:
        words: to the person themselves.
        source: where the law says so.
        rights: which may be refused so.
        for_other: to whoever asks for somebody else, where the words speak to the person.
        capacity: of whoever asks, where it is refused to them alone.
    """

    words: Text
    source: Text
    rights: frozenset[Right]
    for_other: Text | None = None
    capacity: Capacity | None = None

    def told(self, capacity: Capacity) -> Text:
        """What whoever asks is told."""
        return self.for_other if self.for_other is not None and capacity in FOR_OTHERS else self.words


_ALL: Final = frozenset(Right)

GROUNDS: Final[dict[str, Ground]] = {
    "nothing-held": Ground(
        Text(
            fr="Nous n’avons rien trouvé sur vous dans nos systèmes.",
            en="We found nothing about you in our systems.",
        ),
        Text(fr="RGPD, art. 15(1)", en="GDPR, art. 15(1)"),
        _ALL,
        Text(
            fr="Nous n’avons rien trouvé sur la personne pour qui vous écrivez dans nos systèmes.",
            en="We found nothing in our systems about the person for whom you write.",
        ),
    ),
    "unidentified": Ground(
        Text(
            fr="Nous n’avons pas pu nous assurer que ces données sont les vôtres.",
            en="We could not make sure that these data are yours.",
        ),
        Text(fr="RGPD, art. 11(2) et 12(2)", en="GDPR, art. 11(2) and 12(2)"),
        _ALL,
        Text(
            fr="Nous n’avons pas pu nous assurer que ces données sont celles de la personne pour qui vous écrivez.",
            en="We could not make sure that these data are those of the person for whom you write.",
        ),
    ),
    "no-mandate": Ground(
        Text(
            fr="Vous n’avez pas montré le mandat qui vous permet d’agir pour cette personne, son objet et sa durée.",
            en="You have not shown the mandate by which you act for this person, its object and its duration.",
        ),
        Text(
            fr="RGPD, art. 12(6)\u202f; décret n° 2019-536, art. 77\u202f; CNIL, délibération n° 2021-070",
            en="GDPR, art. 12(6); French decree no. 2019-536, art. 77; CNIL, deliberation no. 2021-070",
        ),
        _ALL,
        capacity=Capacity.AGENT,
    ),
    "no-parental-authority": Ground(
        Text(
            fr="Vous n’avez pas montré que vous exercez l’autorité parentale sur cet enfant, ou que vous en êtes le tuteur.",
            en="You have not shown that you hold parental authority over this child, or are their guardian.",
        ),
        Text(
            fr="RGPD, art. 12(6)\u202f; Code civil, art. 371-1 et 388-1-1",
            en="GDPR, art. 12(6); French Civil Code, art. 371-1 and 388-1-1",
        ),
        _ALL,
        capacity=Capacity.PARENT,
    ),
    "not-heir": Ground(
        Text(
            fr="Vous n’avez pas montré que vous êtes l’héritier de cette personne, par un acte de notoriété ou un livret "
            "de famille.",
            en="You have not shown that you are this person’s heir, by an attested affidavit of heirship or a family "
            "record book.",
        ),
        Text(
            fr="Loi n° 78-17, art. 85, II\u202f; décret n° 2019-536, art. 124",
            en="French Act no. 78-17, art. 85, II; French decree no. 2019-536, art. 124",
        ),
        _ALL,
        capacity=Capacity.HEIR,
    ),
    "manifestly-unfounded": Ground(
        Text(fr="La demande est manifestement infondée.", en="The request is manifestly unfounded."),
        Text(fr="RGPD, art. 12(5)(b)", en="GDPR, art. 12(5)(b)"),
        _ALL,
    ),
    "excessive": Ground(
        Text(
            fr="La demande est excessive\u202f: la même nous a été adressée à plusieurs reprises.",
            en="The request is excessive: the same was made to us several times.",
        ),
        Text(fr="RGPD, art. 12(5)(b)", en="GDPR, art. 12(5)(b)"),
        _ALL,
    ),
    "rights-of-others": Ground(
        Text(
            fr="Y répondre porterait atteinte aux droits et libertés d’autres personnes.",
            en="Answering it would adversely affect the rights and freedoms of others.",
        ),
        Text(fr="RGPD, art. 15(4) et 20(4)", en="GDPR, art. 15(4) and 20(4)"),
        frozenset({Right.ACCESS, Right.PORTABILITY}),
    ),
    "legal-obligation": Ground(
        Text(fr="La loi nous oblige à garder ces données.", en="The law obliges us to keep these data."),
        Text(fr="RGPD, art. 17(3)(b)", en="GDPR, art. 17(3)(b)"),
        frozenset({Right.ERASURE}),
    ),
    "legal-claims": Ground(
        Text(
            fr="Ces données sont nécessaires pour constater, exercer ou défendre un droit en justice.",
            en="These data are needed to establish, exercise or defend a legal claim.",
        ),
        Text(fr="RGPD, art. 17(3)(e) et 21(1)", en="GDPR, art. 17(3)(e) and 21(1)"),
        frozenset({Right.ERASURE, Right.OBJECTION}),
    ),
    "no-ground-for-erasure": Ground(
        Text(
            fr="Aucun des cas où la loi impose l’effacement n’est rempli\u202f: ces données servent encore.",
            en="None of the cases in which the law requires erasure applies: these data are still needed.",
        ),
        Text(fr="RGPD, art. 17(1)", en="GDPR, art. 17(1)"),
        frozenset({Right.ERASURE}),
    ),
    "accurate": Ground(
        Text(fr="Après vérification, ces données sont exactes.", en="We checked: these data are accurate."),
        Text(fr="RGPD, art. 16", en="GDPR, art. 16"),
        frozenset({Right.RECTIFICATION}),
    ),
    "compelling-grounds": Ground(
        Text(
            fr="Des motifs légitimes et impérieux prévalent sur vos intérêts, vos droits et vos libertés.",
            en="Compelling legitimate grounds override your interests, rights and freedoms.",
        ),
        Text(fr="RGPD, art. 21(1)", en="GDPR, art. 21(1)"),
        frozenset({Right.OBJECTION}),
        Text(
            fr="Des motifs légitimes et impérieux prévalent sur les intérêts, les droits et les libertés de la personne.",
            en="Compelling legitimate grounds override the interests, rights and freedoms of the person.",
        ),
    ),
    "not-our-basis": Ground(
        Text(
            fr="Cet usage ne repose pas sur notre intérêt légitime\u202f: le droit d’opposition ne s’y applique pas.",
            en="This use does not rest on our legitimate interest: the right to object does not apply to it.",
        ),
        Text(fr="RGPD, art. 21(1)", en="GDPR, art. 21(1)"),
        frozenset({Right.OBJECTION}),
    ),
    "no-case-of-restriction": Ground(
        Text(
            fr="Aucun des quatre cas de limitation n’est rempli.",
            en="None of the four cases of restriction applies.",
        ),
        Text(fr="RGPD, art. 18(1)", en="GDPR, art. 18(1)"),
        frozenset({Right.RESTRICTION}),
    ),
    "not-provided-by-person": Ground(
        Text(
            fr="Nous ne tenons de vous aucune donnée traitée par contrat ou avec votre accord\u202f: "
            "rien n’est à emporter.",
            en="We hold no data that you provided and that we process under a contract or with your consent: "
            "there is nothing to take.",
        ),
        Text(fr="RGPD, art. 20(1)", en="GDPR, art. 20(1)"),
        frozenset({Right.PORTABILITY}),
        Text(
            fr="Nous ne tenons de la personne aucune donnée traitée par contrat ou avec son accord\u202f: "
            "rien n’est à emporter.",
            en="We hold no data that the person provided and that we process under a contract or with their consent: "
            "there is nothing to take.",
        ),
    ),
    "no-consent": Ground(
        Text(
            fr="Cet usage ne repose pas sur votre accord\u202f: il n’y a rien à retirer.",
            en="This use does not rest on your consent: there is nothing to withdraw.",
        ),
        Text(fr="RGPD, art. 7(3)", en="GDPR, art. 7(3)"),
        frozenset({Right.CONSENT}),
        Text(
            fr="Cet usage ne repose pas sur l’accord de la personne\u202f: il n’y a rien à retirer.",
            en="This use does not rest on the person’s consent: there is nothing to withdraw.",
        ),
    ),
    "no-automated-decision": Ground(
        Text(
            fr="Aucune décision à votre sujet n’a été prise par une machine seule.",
            en="No decision about you was made by a machine alone.",
        ),
        Text(fr="RGPD, art. 22(1)", en="GDPR, art. 22(1)"),
        frozenset({Right.REVIEW}),
        Text(
            fr="Aucune décision au sujet de la personne n’a été prise par une machine seule.",
            en="No decision about the person was made by a machine alone.",
        ),
    ),
    "beyond-heirs": Ground(
        Text(
            fr="La loi ne donne aux héritiers que ce qui est nécessaire à la succession, et la clôture des comptes.",
            en="The law gives heirs only what settling the estate requires, and the closing of accounts.",
        ),
        Text(fr="Loi n° 78-17, art. 85, II", en="French Act no. 78-17, art. 85, II"),
        frozenset({Right.POST_MORTEM, Right.ACCESS, Right.ERASURE}),
    ),
}


def grounds_for(right: Right, capacity: Capacity) -> dict[str, Ground]:
    """The grounds on which this right may be refused to somebody who asks in that name."""
    heirs = right == Right.POST_MORTEM or capacity in (Capacity.HEIR, Capacity.CONTROLLER)
    return {
        key: ground
        for key, ground in GROUNDS.items()
        if right in ground.rights and ground.capacity in (None, capacity) and (heirs or key != "beyond-heirs")
    }
