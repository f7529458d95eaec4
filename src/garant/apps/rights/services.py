"""The only way requests are written and read: each change and its ledger entry in one transaction."""

from garant.apps.rights.answering.collecting import answered as copy_answered
from garant.apps.rights.answering.collecting import ask as ask_copy
from garant.apps.rights.answering.collecting import ask_program as ask_copy_program
from garant.apps.rights.answering.collecting import leave as leave_copy
from garant.apps.rights.answering.collecting import not_taken as copy_not_taken
from garant.apps.rights.answering.collecting import to_ask as copies_to_ask
from garant.apps.rights.answering.collecting import unasked as copies_unasked
from garant.apps.rights.answering.copies import look as look_at_copy
from garant.apps.rights.answering.copies import read as copies_read
from garant.apps.rights.answering.copies import shown as copy_shown
from garant.apps.rights.answering.copies import take as take_copy
from garant.apps.rights.answering.packing import again as package_again
from garant.apps.rights.answering.packing import entrust, handed, pack, put_off
from garant.apps.rights.answering.packing import read as texts_read
from garant.apps.rights.answering.packing import retry as retry_package
from garant.apps.rights.answering.reaching import (
    Facts,
    ToTell,
    facts,
    link_again,
    silent,
    tell_program,
    to_tell,
)
from garant.apps.rights.answering.telling import RIGHTS as TOLD_OF
from garant.apps.rights.answering.telling import behind as told_behind
from garant.apps.rights.answering.telling import recipients, replied, reply, told
from garant.apps.rights.answering.telling import tell as tell_recipient
from garant.apps.rights.answering.transmitting import (
    choose_receiver,
    not_transmitted,
    receiver_of,
    times_chosen,
    transmitted,
)
from garant.apps.rights.each.changes import KINDS
from garant.apps.rights.each.packages import PACKAGES
from garant.apps.rights.handling.beside import keeping
from garant.apps.rights.handling.beside import shown as asked_beside
from garant.apps.rights.handling.carrying import approved_plans, ask_again, began, ended, overtaken
from garant.apps.rights.handling.deciding import (
    answer,
    correct,
    extend,
    preview,
    resume,
    wait,
    weigh,
    withdraw,
)
from garant.apps.rights.handling.ending import night, organisations_with_requests
from garant.apps.rights.handling.lifting import approve as approve_lift
from garant.apps.rights.handling.lifting import leave as leave_lift
from garant.apps.rights.handling.lifting import may_be_left as lift_may_be_left
from garant.apps.rights.handling.lifting import tell as tell_lift
from garant.apps.rights.handling.planning import approve, left_something, propose
from garant.apps.rights.handling.restricted import forgotten, holding
from garant.apps.rights.handling.restricted import going_on as restricting
from garant.apps.rights.handling.restricted import touched as ends_what_others_restrict
from garant.apps.rights.handling.searching import search
from garant.apps.rights.handling.summary import Standing, standings
from garant.apps.rights.keeping.files import destroy_strays as destroy_stray_copies
from garant.apps.rights.keeping.letters import sent, tells_kept
from garant.apps.rights.keeping.outcomes import files as copy_files
from garant.apps.rights.keeping.outcomes import of as copies_of
from garant.apps.rights.keeping.outcomes import said as copy_said
from garant.apps.rights.keeping.sealing import Whom, opened
from garant.apps.rights.keeping.store import (
    Story,
    added_to,
    find,
    listing,
    looked_at,
    refused_since,
    story,
    today,
)
from garant.apps.rights.receiving.behalf import Account, Brief, account, briefs, receive_for
from garant.apps.rights.receiving.calling import MINUTES as CALL_MINUTES
from garant.apps.rights.receiving.calling import dictate as dictate_code
from garant.apps.rights.receiving.calling import enter as enter_dictated
from garant.apps.rights.receiving.calling import number as number_to_call
from garant.apps.rights.receiving.calling import shown as call_answered
from garant.apps.rights.receiving.directives import Said as Directives
from garant.apps.rights.receiving.directives import awaits_a_yes
from garant.apps.rights.receiving.directives import behind as directives_behind
from garant.apps.rights.receiving.directives import revoke as revoke_directives
from garant.apps.rights.receiving.directives import seen as directives_seen
from garant.apps.rights.receiving.identity import (
    accept,
    another_code,
    enter_code,
    inside,
    search_again,
    will,
)
from garant.apps.rights.receiving.intake import (
    Asked,
    Taken,
    as_held,
    cleaned,
    purposes,
    purposes_for,
    receive,
)
from garant.apps.rights.receiving.questions import answer as answer_question
from garant.apps.rights.receiving.questions import left as answers_left
from garant.apps.rights.receiving.questions import offered as questions_offered
from garant.apps.rights.receiving.questions import shown as question_answered
from garant.apps.rights.receiving.repeating import add
from garant.apps.rights.refusals import RequestRefusedError, RequestUnknownError

__all__ = [
    "CALL_MINUTES",
    "KINDS",
    "PACKAGES",
    "TOLD_OF",
    "Account",
    "Asked",
    "Brief",
    "Directives",
    "Facts",
    "RequestRefusedError",
    "RequestUnknownError",
    "Standing",
    "Story",
    "Taken",
    "ToTell",
    "Whom",
    "accept",
    "account",
    "add",
    "added_to",
    "another_code",
    "answer",
    "answer_question",
    "answers_left",
    "approve",
    "approve_lift",
    "approved_plans",
    "as_held",
    "ask_again",
    "ask_copy",
    "ask_copy_program",
    "asked_beside",
    "awaits_a_yes",
    "began",
    "briefs",
    "call_answered",
    "choose_receiver",
    "cleaned",
    "copies_of",
    "copies_read",
    "copies_to_ask",
    "copies_unasked",
    "copy_answered",
    "copy_files",
    "copy_not_taken",
    "copy_said",
    "copy_shown",
    "correct",
    "destroy_stray_copies",
    "dictate_code",
    "directives_behind",
    "directives_seen",
    "ended",
    "ends_what_others_restrict",
    "enter_code",
    "enter_dictated",
    "entrust",
    "extend",
    "facts",
    "find",
    "forgotten",
    "handed",
    "holding",
    "inside",
    "keeping",
    "leave_copy",
    "leave_lift",
    "left_something",
    "lift_may_be_left",
    "link_again",
    "listing",
    "look_at_copy",
    "looked_at",
    "night",
    "not_transmitted",
    "number_to_call",
    "opened",
    "organisations_with_requests",
    "overtaken",
    "pack",
    "package_again",
    "preview",
    "propose",
    "purposes",
    "purposes_for",
    "put_off",
    "question_answered",
    "questions_offered",
    "receive",
    "receive_for",
    "receiver_of",
    "recipients",
    "refused_since",
    "replied",
    "reply",
    "restricting",
    "resume",
    "retry_package",
    "revoke_directives",
    "search",
    "search_again",
    "sent",
    "silent",
    "standings",
    "story",
    "take_copy",
    "tell_lift",
    "tell_program",
    "tell_recipient",
    "tells_kept",
    "texts_read",
    "times_chosen",
    "to_tell",
    "today",
    "told",
    "told_behind",
    "transmitted",
    "wait",
    "weigh",
    "will",
    "withdraw",
]
