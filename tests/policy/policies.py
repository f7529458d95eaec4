"""A policy that no rule finds fault with, and a way to change one thing in it."""

from datetime import date
from typing import Any

from ruamel.yaml import YAML

from garant.policy import Diagnostic, LoadedPolicy, check_policy, parse_policy

DAY = date(2026, 11, 1)

CLEAN = """\
organisation:
  key: acme
  name: Acme
  time_zone: Europe/Paris
  address: {street: 1 rue de la Paix, postal_code: "75002", city: Paris}
  dpo: {name: Camille Martin, email: dpo@acme.example}
  authority: {name: {fr: CNIL, en: CNIL}, complaint_url: https://www.cnil.fr/fr/plaintes}
notice: {updated: 2026-11-01}
categories:
  data:
    allergies: {label: {fr: Allergies, en: Allergies}, parent: health}
activities:
  customers:
    role: controller
    label: {fr: Clients, en: Customers}
    subjects: [customers, prospects]
    data: [identity, contact-details, invoicing]
    recipients: [accounting]
    processors: [host]
    purposes:
      orders:
        label: {fr: Livrer, en: Deliver}
        subjects: [customers]
        legal_basis: {ground: contract}
      news:
        label: {fr: Informer, en: Inform}
        subjects: [prospects]
        data: [identity, contact-details]
        direct_marketing: true
        legal_basis:
          ground: legitimate-interests
          interest: {fr: Faire connaître, en: Make known}
          balancing: {fr: Opposition facile., en: Easy objection.}
  canteen:
    role: controller
    label: {fr: Cantine, en: Canteen}
    subjects: [staff]
    data: [name, allergies, nir, offences]
    purposes:
      meals:
        label: {fr: Servir, en: Serve}
        legal_basis: {ground: contract}
        special_ground: {condition: explicit-consent}
        nir_ground: {fr: Décret, en: Decree}
        offences_ground: {fr: Loi, en: Law}
  maintenance:
    role: processor
    label: {fr: Maintenance, en: Maintenance}
    subjects: [filmed-people, customer-contacts]
    data: [cctv-images, support-requests]
    operations: [{fr: Réparer, en: Repair}]
    instructions: [{statement: {fr: Sur demande., en: On request.}}]
    clients:
      cities: {label: {fr: Villes, en: Cities}, contract: {label: {fr: CGV, en: Terms}}}
retention:
  customers:
    label: {fr: Clients, en: Customers}
    activities: [customers]
    subjects: [customers]
    trigger: end-of-relationship
    phases: [{kind: intermediate-archive, period: P5Y, access: {fr: La direction., en: The management.}}]
    fate: erase
    legal_source: {fr: Prescription, en: Limitation}
  invoices:
    label: {fr: Factures, en: Invoices}
    activities: [customers]
    subjects: [customers]
    data: [invoicing]
    trigger: fiscal-year-close
    phases: [{kind: intermediate-archive, period: P10Y, access: {fr: La comptabilité., en: Accounting.}}]
    fate: erase
    legal_source: {fr: Code de commerce, en: Commercial Code}
  prospects:
    label: {fr: Prospects, en: Prospects}
    activities: [customers]
    subjects: [prospects]
    trigger: last-contact
    phases: [{kind: active, period: P3Y}]
    fate: erase
    legal_source: {fr: CNIL, en: CNIL}
  meals:
    label: {fr: Repas, en: Meals}
    activities: [canteen]
    trigger: departure
    phases: [{kind: active, period: P1M}]
    fate: anonymise
    legal_source: {fr: Besoin, en: Need}
  images:
    label: {fr: Images, en: Images}
    activities: [maintenance]
    data: [cctv-images]
    subjects: [filmed-people]
    trigger: reception
    sooner: end-of-intervention
    phases: [{kind: active, period: P1M}]
    fate: erase
    legal_source: {fr: Loi, en: Law}
  tickets:
    label: {fr: Tickets, en: Tickets}
    activities: [maintenance]
    data: [support-requests]
    subjects: [customer-contacts]
    trigger: end-of-relationship
    phases: [{kind: active, period: P2Y}]
    fate: erase
    legal_source: {fr: Contrat, en: Contract}
recipients:
  accounting: {label: {fr: Comptabilité, en: Accounting}, kind: internal-service}
processors:
  host:
    label: {fr: Hébergeur, en: Host}
    country: US
    contract: {label: {fr: Contrat, en: Contract}}
    guarantees: {fr: Audit, en: Audit}
    own_copy: false
transfers:
  hosting:
    label: {fr: Hébergement, en: Hosting}
    to: host
    country: US
    activities: [customers]
    safeguard: {kind: adequacy, certified: true}
measures:
  backup:
    label: {fr: Sauvegarde, en: Backup}
    kind: backup
    test: {every: P1Y, last: 2026-01-01}
rights:
  offered:
    access: {statement: {fr: Voir, en: See}}
    rectification: {statement: {fr: Corriger, en: Correct}}
    erasure: {statement: {fr: Effacer, en: Erase}}
    restriction: {statement: {fr: Limiter, en: Restrict}}
    objection: {statement: {fr: Refuser, en: Refuse}, activities: [customers]}
    portability: {statement: {fr: Emporter, en: Take away}}
    post-mortem: {statement: {fr: Décider, en: Decide}}
promises:
  no-profile: {kind: no-profiling, statement: {fr: Aucun profil, en: No profile}}
  people-decide: {kind: no-automated-decision, statement: {fr: Des gens, en: People}, activities: [customers]}
  no-health:
    kind: no-special-categories
    statement: {fr: Rien de sensible, en: Nothing special}
    activities: [customers, maintenance]
cookies:
  categories:
    necessary:
      label: {fr: Nécessaires, en: Necessary}
      description: {fr: Le panier, en: The basket}
      consent: false
      exemption: {fr: Demandé, en: Asked for}
      items:
        basket: {name: b, purpose: {fr: Panier, en: Basket}, set_when: on-arrival}
"""


def changed(*changes: tuple[str, Any]) -> LoadedPolicy:
    """The clean policy with the values at these dotted paths set; None takes the key out."""
    yaml: Any = YAML(typ="safe", pure=True)
    data = yaml.load(CLEAN)
    for path, value in changes:
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        part = data
        for step in way:
            part = part[step] if isinstance(part, list) else part.setdefault(step, {})
        if value is None:
            del part[last]
        else:
            part[last] = value
    return parse_policy(_dumped(data))


def found(*changes: tuple[str, Any], as_of: date = DAY) -> list[Diagnostic]:
    """What the rules find in the clean policy once changed."""
    return check_policy(changed(*changes), as_of)


def codes(*changes: tuple[str, Any], as_of: date = DAY) -> list[str]:
    """The codes of what the rules find, sorted."""
    return sorted(one.code for one in found(*changes, as_of=as_of))


def _dumped(data: Any) -> str:
    import json

    return json.dumps(data, default=str)
