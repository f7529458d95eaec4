"""The sentences that somebody reads before a package goes (GDPR art. 15(4)), those inside JSON too."""

from __future__ import annotations

from garant.apps.promises.people.packages import Reading, digest_of, sentences
from garant.engine.telling.export import everything
from tests.engine.conftest import postgres, postgres_shop
from tests.engine.support.shop import Shop

__all__ = ["postgres", "postgres_shop"]

LONG = "Selon Barnabé Voisin, elle déménage bientôt"


def test_a_sentence_inside_json_is_read_before_it_goes(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.database.run(
        "CREATE TABLE odd (id integer, contact_id integer, data jsonb)",
        f"""INSERT INTO odd VALUES (1, 1, '{{"calls": [{{"said": "{LONG}", "at": 3}}], "title": "Rappel"}}')""",
    )
    shop.document["tables"]["odd"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id"}],
        "columns": {"data": {"category": "correspondence"}},
    }
    shop.people(1)
    texts = [text for _, text in sentences(shop.system(), {"email": "n1@x.example"}, everything, 10)]
    assert texts == [LONG]


def test_a_text_inside_json_that_nobody_read_does_not_go() -> None:
    value = {"calls": [{"said": LONG, "at": 3}], "title": "Rappel"}
    unread, known = Reading(frozenset()), Reading(frozenset({digest_of(LONG)}))
    assert unread("—", value) == {"calls": [{"said": "—", "at": 3}], "title": "Rappel"}
    assert known("—", value) == value
    assert (unread.unread, known.unread) == (1, 0)
