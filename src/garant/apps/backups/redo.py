"""What a restored Garant forgot and no copy of its ledger brings back: for each kind of entry, what is to be done again.

Every kind of entry is here, or in `NOTHING`: a new one needs a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from garant.policy.text import Text


@dataclass(frozen=True, slots=True)
class Redo:
    """Something to do again after entries of these kinds were forgotten.

    Args:
        kinds: of entries.
        field: the one that says which: a number, or a digest; none where that would tell nothing.
        what: in words.
        where: a number of the entry without which it does not count.
    """

    kinds: frozenset[str]
    field: str
    what: Text
    where: str = ""

    def about(self, kind: str, payload: Mapping[str, Any]) -> bool:
        """Whether an entry asks for it."""
        return kind in self.kinds and (not self.where or bool(payload.get(self.where)))


REDO: Final[tuple[Redo, ...]] = (
    Redo(
        frozenset({"batch.recorded"}),
        "run",
        Text(
            fr="Dossiers passés à l’archive depuis\u202f: l’archive restaurée ne les a pas, et les systèmes ne les ont "
            "plus. Avant tout, retrouvez le fichier de l’archive tel qu’il était, sur l’ancienne machine ou dans "
            "une sauvegarde plus récente. S’il est perdu, ces données le sont.",
            en="Records moved to the archive since: the restored archive does not have them, and the systems have them "
            "no more. Before anything else, find the file of the archive as it was, on the old machine or in a "
            "newer backup. If it is lost, so are these data.",
        ),
        where="archived",
    ),
    Redo(
        frozenset({"run.finished", "run.given-up", "run.started"}),
        "run",
        Text(
            fr="Exécutions faites depuis\u202f: ce qu’elles ont effacé n’est pas sur la liste des effacements "
            "restaurée. Si un système a été restauré lui aussi, refaites ces purges et ces demandes\u202f; sinon "
            "leurs reçus restent vrais.",
            en="Runs done since: what they erased is not on the restored suppression list. If a system was restored as "
            "well, do these sweeps and requests again; otherwise their receipts stay true.",
        ),
    ),
    Redo(
        frozenset({"request.received", "exchange.request-received"}),
        "request",
        Text(
            fr="Demandes reçues depuis\u202f: personne ici ne les connaît plus. Leur accusé de réception est "
            "parti\u202f; cherchez-les dans la messagerie, inscrivez-les de nouveau à leur date, et répondez dans "
            "leur délai.",
            en="Requests received since: nobody here knows them any more. Their acknowledgement has left; look for "
            "them in the mailbox, write them down again under their date, and answer within their time.",
        ),
    ),
    Redo(
        frozenset({"arrival.received", "arrival.ended"}),
        "",
        Text(
            fr="Messages arrivés dans la boîte, ou tranchés, depuis\u202f: ceux qui y sont encore sont relus\u202f; "
            "ceux que Garant en a retirés, demandez-les de nouveau à qui les a écrits.",
            en="Messages that arrived in the mailbox, or were decided about, since: those still there are read again; "
            "those that Garant removed from it, ask for again whoever wrote them.",
        ),
    ),
    Redo(
        frozenset({"request.added", "request.repeated"}),
        "request",
        Text(
            fr="Ce que des personnes ont ajouté depuis à leur demande n’est plus ici\u202f: demandez-le-leur de "
            "nouveau, avant de répondre.",
            en="What people added to their requests since is not here any more: ask them for it again, before you "
            "answer.",
        ),
    ),
    Redo(
        frozenset(
            {
                "request.moved",
                "request.answered",
                "request.closed",
                "request.identified",
                "request.paused",
                "request.resumed",
                "request.extended",
                "request.weighed",
                "request.despite",
                "request.lifted",
                "request.lift-told",
                "request.recipient-told",
                "request.recipient-answered",
                "request.recipient-reminded",
                "request.copy-asked",
                "request.copy-received",
                "exchange.request-sent",
                "exchange.package-sent",
                "exchange.package-failed",
            }
        ),
        "request",
        Text(
            fr="Demandes qui ont avancé depuis\u202f: reprenez chacune où ce registre la laisse, sans répondre deux "
            "fois.",
            en="Requests that went on since: take each up where this ledger leaves it, and answer none twice.",
        ),
    ),
    Redo(
        frozenset({"mail.written", "mail.sent", "mail.bounced", "mail.lost"}),
        "about",
        Text(
            fr="Lettres écrites ou parties depuis\u202f: celles qui attendaient dans la sauvegarde sont retenues "
            "jusqu’à ce que quelqu’un décide lesquelles partent (Réglages, Sauvegardes, Lettres retenues)\u202f; "
            "celles qui ont été écrites depuis ne sont plus ici.",
            en="Letters written or sent since: those that waited in the backup are kept until somebody decides which "
            "go (Settings, Backups, Letters kept); those written since are not here any more.",
        ),
    ),
    Redo(
        frozenset({"delivery.prepared"}),
        "about",
        Text(
            fr="Fichiers préparés depuis pour des personnes\u202f: leurs liens n’ouvrent plus rien. Préparez-les de "
            "nouveau.",
            en="Files made ready for people since: their links open nothing any more. Make them ready again.",
        ),
    ),
    Redo(
        frozenset({"exchange.package-received"}),
        "package",
        Text(
            fr="Paquets d’autres organisations reçus depuis\u202f: demandez-leur de les transmettre de nouveau.",
            en="Packages of other organisations received since: ask them to transmit these again.",
        ),
    ),
    Redo(
        frozenset({"task.created", "task.answered", "run.answered"}),
        "run",
        Text(
            fr="Tâches demandées ou répondues à la main depuis\u202f: remettez les réponses signées que vous avez "
            "gardées, et redemandez les autres.",
            en="Tasks by hand asked for or answered since: hand in the signed answers that you kept, and ask for the "
            "others again.",
        ),
    ),
    Redo(
        frozenset({"opposition.recorded", "opposition.ended", "consent.withdrawn", "consent.given"}),
        "purpose",
        Text(
            fr="Oppositions et consentements enregistrés ou levés depuis\u202f: n’envoyez aucune publicité avant de "
            "les avoir repris de vos outils d’envoi ou des courriers.",
            en="Objections and consents recorded or ended since: send no advertising before you have taken them over "
            "again from your mailing tools or from letters.",
        ),
    ),
    Redo(
        frozenset({"restriction.recorded", "restriction.lifted", "restriction.gone"}),
        "",
        Text(
            fr="Limitations posées ou levées depuis\u202f: les marques sont dans les systèmes, "
            "«\u202fpuis-je\u202f?\u202f» ne les connaît plus. Posez-les de nouveau\u202f; "
            "leur plan dit quelles marques ôter d’abord.",
            en="Restrictions set or lifted since: the marks are in the systems, “may I?” does not know them any more. "
            "Set them again; their plan says which marks to take off first.",
        ),
    ),
    Redo(
        frozenset({"hold.placed", "hold.prolonged", "hold.ended", "hold.people"}),
        "hold",
        Text(
            fr="Suspensions posées, prolongées ou levées depuis\u202f: reposez-les avant toute purge, qui détruirait "
            "ce qu’elles gardaient.",
            en="Holds placed, prolonged or ended since: place them again before any sweep, which would destroy what "
            "they kept.",
        ),
    ),
    Redo(
        frozenset({"directive.registered", "directive.ended"}),
        "directive",
        Text(
            fr="Directives enregistrées ou révoquées depuis\u202f: la personne a gardé leur numéro\u202f; "
            "demandez-les-lui de nouveau.",
            en="Directives registered or revoked since: the person has kept their number; ask them for these again.",
        ),
    ),
    Redo(
        frozenset({"policy.published", "policy.unpublished"}),
        "number",
        Text(
            fr="Versions de la politique publiées depuis, ou dont la publication a été retirée\u202f: publiez-les de nouveau, à "
            "partir de leurs fichiers, ou retirez-les de nouveau.",
            en="Versions of the policy published since, or whose publication was withdrawn: publish them again, from their "
            "files, or withdraw them again.",
        ),
    ),
    Redo(
        frozenset(
            {
                "policy.drafted",
                "policy.submitted",
                "policy.approved",
                "policy.returned",
                "policy.discarded",
                "policy.notice-given",
                "policy.notice-corrected",
            }
        ),
        "number",
        Text(
            fr="Brouillons commencés, et décisions prises sur des versions, depuis\u202f: faites-les de nouveau\u202f; "
            "notez de nouveau comment les personnes ont été prévenues.",
            en="Drafts begun, and decisions taken about versions, since: make them again; record again how people were "
            "told.",
        ),
    ),
    Redo(
        frozenset(
            {
                "member.added",
                "member.changed",
                "member.removed",
                "member.invited",
                "member.attested",
                "invitation.accepted",
                "invitation.withdrawn",
                "token.issued",
                "token.revoked",
                "archive.allowed",
                "archive.revoked",
                "habilitations.reviewed",
            }
        ),
        "",
        Text(
            fr="Membres, invitations, jetons et habilitations à l’archive changés depuis\u202f: qui avait été retiré a "
            "de nouveau accès, et une invitation retirée s’ouvre de nouveau. Revoyez les habilitations.",
            en="Members, invitations, tokens and permissions to consult the archive changed since: whoever had been "
            "removed has access again, and an invitation that was withdrawn opens again. Review the permissions.",
        ),
    ),
    Redo(
        frozenset(
            {
                "exchange.linked",
                "exchange.confirmed",
                "exchange.ended",
                "exchange.certificate",
                "webhook.added",
                "webhook.ended",
                "task.key-trusted",
            }
        ),
        "peer",
        Text(
            fr="Organisations, programmes et clés reliés ou retirés depuis\u202f: ceux qui avaient été retirés sont de "
            "nouveau avertis, et crus. Revoyez-les avant de démarrer l’exécutant.",
            en="Organisations, programs and keys linked or removed since: those that had been removed are told again, "
            "and believed. Review them before you start the worker.",
        ),
    ),
    Redo(
        frozenset({"organisation.configured", "organisation.renamed", "letters.framed"}),
        "",
        Text(
            fr="Réglages changés depuis\u202f: ils sont ceux d’avant. Revoyez-les, «\u202fquatre yeux\u202f» d’abord.",
            en="Settings changed since: they are those of before. Look at them again, “four eyes” first.",
        ),
    ),
    Redo(
        frozenset({"keys.created", "keys.rotated", "commitments.rewrapped", "archive.rotated"}),
        "",
        Text(
            fr="Clés remplacées depuis\u202f: la sauvegarde ne s’ouvre qu’avec celles d’avant, qui servent donc de "
            "nouveau. Remplacez-les encore, surtout si l’une d’elles était compromise.",
            en="Keys replaced since: the backup opens with those of before alone, which serve again therefore. Replace "
            "them once more, above all where one of them was compromised.",
        ),
    ),
    Redo(
        frozenset({"archive.released"}),
        "record",
        Text(
            fr="Valeurs mises à part qui ont été détruites depuis\u202f: elles sont revenues dans l’archive. "
            "Détruisez-les de nouveau.",
            en="Values set apart that were destroyed since: they are back in the archive. Destroy them again.",
        ),
    ),
    Redo(
        frozenset({"suppression.forgotten"}),
        "before",
        Text(
            fr="Effacements oubliés depuis, comme promis\u202f: leurs marques sont revenues. Oubliez-les de nouveau.",
            en="Erasures forgotten since, as promised: their marks are back. Forget them again.",
        ),
    ),
)
"""Most pressing first."""


NOTHING: Final = frozenset(
    {
        "archive.consulted",
        "archive.reason-kept",
        "archive.refused",
        "backup.made",
        "delivery.destroyed",
        "delivery.taken",
        "drill.failed",
        "drill.passed",
        "exchange.package-destroyed",
        "exchange.package-opened",
        "garant.restore-read",
        "garant.restored",
        "job.stopped",
        "letters.let-go",
        "mail.forgotten",
        "organisation.created",
        "permissions.counted",
        "personal-data.read",
        "plan.approved",
        "plan.gathered",
        "plan.people",
        "promise.changed",
        "promises.looked-at",
        "replay.looked",
        "request.copies-destroyed",
        "request.copies-read",
        "request.files-read",
        "request.forgotten",
        "request.reminded",
        "request.searched",
        "residue.searched",
        "run.rule-kept",
        "subject-keys.destroyed",
        "subject.exported",
        "subject.found",
        "subject.people",
        "task.reminded",
    }
)
"""Kinds after which nothing is to be done: they say that somebody looked; what they destroyed goes again on its day, and what
nobody has approved is asked for again."""
