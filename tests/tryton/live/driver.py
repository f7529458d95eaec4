"""Runs in Tryton's own environment, for as long as a test lasts: one JSON request per line, one answer.

It knows nothing of Garant. ``fill`` works as a user would, through proteus; ``look`` reads every field of
every record of the models asked for, in the same process, so that what a running server remembers would show.
"""

import base64
import datetime as dt
import io
import json
import re
import sys
import traceback
import zipfile
from decimal import Decimal

from driver_names import PEOPLE
from proteus import Model, Report, Wizard, config
from trytond.model import ModelSQL
from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, get_accounts
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company
from trytond.pool import Pool
from trytond.transaction import Transaction

YEARS = (2014, 2019, 2025)


class Driver:
    def __init__(self, database):
        self.proteus = config.set_trytond(database)

    def fill(self, request):
        create_company()
        company = get_company()
        create_chart(company)
        self.accounts = get_accounts(company)
        for year in YEARS:
            whole = (dt.date(year, 1, 1), dt.date(year, 12, 31))
            fiscalyear = set_fiscalyear_invoice_sequences(create_fiscalyear(company, whole))
            fiscalyear.start_date, fiscalyear.end_date = whole
            fiscalyear.click("create_period")
        ids = {name: self.party(name) for name in PEOPLE}
        self.opportunity(ids["prospect"], dt.date(2019, 3, 1))
        self.opportunity(ids["living-prospect"], dt.date(2025, 3, 1))
        for name, year in (("customer", 2014), ("invoiced", 2019), ("living-customer", 2025)):
            ids[f"{name}-invoice"] = self.invoice(ids[name], dt.date(year, 6, 1))
        return ids

    def party(self, name):
        key = name.replace("-", ".")
        party = Model.get("party.party")(name=PEOPLE[name] + " (avant)")
        address = party.addresses[0] if party.addresses else party.addresses.new()
        address.street_unstructured, address.city = f"1 rue de {name}", "Quimper"
        party.contact_mechanisms.new(type="email", value=f"{key}@perso.example")
        party.contact_mechanisms.new(type="phone", value="+33298000000")
        party.identifiers.new(type=None, code=f"ID {name}")
        party.save()
        party.name = PEOPLE[name]  # a second state, in the past of the party
        party.save()
        Model.get("ir.note")(resource=party, message=f"Rappeler {PEOPLE[name]}").save()
        Model.get("ir.attachment")(
            resource=party,
            name=f"contrat {name}.txt",
            type="data",
            data=f"Contrat de {PEOPLE[name]}".encode(),
        ).save()
        Model.get("web.user")(email=f"{key}@compte.example", party=party).save()
        return party.id

    def opportunity(self, party, day):
        opportunity = Model.get("sale.opportunity")(party=Model.get("party.party")(party), start_date=day)
        opportunity.description = f"Devis pour {opportunity.party.name}"
        opportunity.comment = f"{opportunity.party.name} rappellera"
        opportunity.save()

    def invoice(self, party, day):
        invoice = Model.get("account.invoice")(type="out")
        invoice.party = Model.get("party.party")(party)
        invoice.account = self.accounts["receivable"]
        invoice.invoice_date, invoice.comment = day, f"Merci {invoice.party.name}"
        line = invoice.lines.new()
        line.account, line.quantity, line.unit_price = self.accounts["revenue"], 1, Decimal(120)
        line.description = f"Chantier de {invoice.party.name}"
        invoice.click("post")
        return invoice.id

    def look(self, request):
        """Every field of every record; the fields that cannot be read are named, with why."""
        found, refused = {}, {}
        with Transaction().start(self.proteus.database_name, 0, context=self.proteus.context, readonly=True):
            for name in request["models"]:
                model = Pool().get(name)
                with Transaction().set_context(active_test=False):
                    ids = [record.id for record in model.search([], order=[("id", "ASC")])]
                    found[name] = self.read(model, ids, refused)
        return {"found": found, "refused": refused}

    def read(self, model, ids, refused):
        """All fields at once; one by one where one of them cannot be read."""
        fields = sorted(model._fields)
        try:
            return {str(row["id"]): row for row in model.read(ids, fields)}
        except Exception:
            rows = {str(key): {} for key in ids}
        for field in fields:
            try:
                for row in model.read(ids, [field]):
                    rows[str(row["id"])][field] = row[field]
            except Exception as error:
                refused[f"{model.__name__}.{field}"] = f"{type(error).__name__}: {error}"
        return rows

    def models(self, request):
        """The models kept in these tables."""
        with Transaction().start(self.proteus.database_name, 0, readonly=True):
            names = {name for name, model in Pool().iterobject() if issubclass(model, ModelSQL)}
            kept = [name for name in names if Pool().get(name).table_query is None]
            return sorted(name for name in kept if Pool().get(name)._table in request["tables"])

    def render(self, request):
        """What an invoice says, as Tryton renders it now."""
        invoice = Model.get("account.invoice")(request["invoice"])
        kind, data, _, _ = Report("account.invoice").execute([invoice])
        data = data if isinstance(data, bytes) else data.encode()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {"kind": kind, "text": re.sub(r"<[^>]*>", " ", archive.read("content.xml").decode())}

    def search(self, request):
        """Who is found by a name or an address, as in the search box."""
        return [p.id for p in Model.get("party.party").find([("rec_name", "ilike", f"%{request['text']}%")])]

    def download(self, request):
        """The bytes of every attachment, out of Tryton's own store."""
        return [[a.name, (a.data or b"").decode()] for a in Model.get("ir.attachment").find([])]

    def erase(self, request):
        """Tryton's own wizard; what it objects, if it does."""
        party = Model.get("party.party")(request["party"])
        party.active = False
        party.save()
        try:
            wizard = Wizard("party.erase", models=[party])
            wizard.form.party = party
            wizard.execute("erase")
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def main():
    answers, sys.stdout = sys.stdout, sys.stderr
    driver = Driver(*sys.argv[1:])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"answer": getattr(driver, request["do"])(request)}
        except Exception:
            answer = {"problem": traceback.format_exc()}
        print(json.dumps(answer, default=plain), file=answers, flush=True)


if __name__ == "__main__":
    main()
