"""The policy edited in forms: from what it says to fields, and from what a browser sends back to what it says."""

from garant.apps.policies.editor.changing import Refused, act, new_entry
from garant.apps.policies.editor.nodes import Message, Node, Option, form_of, message_of
from garant.apps.policies.editor.pages import PAGES, Page, page_of
from garant.apps.policies.editor.problems import Held, hold
from garant.apps.policies.editor.reading import Sent, read_page
from garant.apps.policies.editor.references import Mention, forget, mentions

__all__ = [
    "PAGES",
    "Held",
    "Mention",
    "Message",
    "Node",
    "Option",
    "Page",
    "Refused",
    "Sent",
    "act",
    "forget",
    "form_of",
    "hold",
    "mentions",
    "message_of",
    "new_entry",
    "page_of",
    "read_page",
]
