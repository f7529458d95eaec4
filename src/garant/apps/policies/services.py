"""The only way the versions of a policy change: each transition and its ledger entry together.

A version is a draft, then in review, then approved by another person than who submitted it, then published for a
day. Refused or taken back, it is a draft again. Published, it never changes.
"""

from garant.apps.policies.advance import Announced
from garant.apps.policies.consequences import consequence_lines, count_consequences
from garant.apps.policies.drafts import (
    begin_draft,
    discard,
    import_document,
    import_folder,
    new_draft,
    save_draft,
)
from garant.apps.policies.editing import (
    Edited,
    Entry,
    Overview,
    Spot,
    change_page,
    delete_page,
    heading,
    key_for,
    listed,
    may_go,
    open_page,
    overview,
    save_page,
    to_mend,
    who_mentions,
)
from garant.apps.policies.editor import PAGES, Page, Refused, Sent, page_of
from garant.apps.policies.files import export_yaml, export_zip, read_files, read_uploads
from garant.apps.policies.models import NoticeGiven, PublishedError, State, Version
from garant.apps.policies.reading import (
    Edition,
    changes,
    editions,
    find,
    notices,
    overtaken,
    published,
    published_versions,
    today,
    versions,
)
from garant.apps.policies.refusals import RefusedError, published_for_good
from garant.apps.policies.transitions import (
    announcements,
    approve,
    earliest_day,
    follow_naming,
    publish,
    record_notice_given,
    reject,
    submit,
    withdraw,
)
from garant.apps.policies.writing import same_person

__all__ = [
    "PAGES",
    "Announced",
    "Edited",
    "Edition",
    "Entry",
    "NoticeGiven",
    "Overview",
    "Page",
    "PublishedError",
    "Refused",
    "RefusedError",
    "Sent",
    "Spot",
    "State",
    "Version",
    "announcements",
    "approve",
    "begin_draft",
    "change_page",
    "changes",
    "consequence_lines",
    "count_consequences",
    "delete_page",
    "discard",
    "earliest_day",
    "editions",
    "export_yaml",
    "export_zip",
    "find",
    "follow_naming",
    "heading",
    "import_document",
    "import_folder",
    "key_for",
    "listed",
    "may_go",
    "new_draft",
    "notices",
    "open_page",
    "overtaken",
    "overview",
    "page_of",
    "publish",
    "published",
    "published_for_good",
    "published_versions",
    "read_files",
    "read_uploads",
    "record_notice_given",
    "reject",
    "same_person",
    "save_draft",
    "save_page",
    "submit",
    "to_mend",
    "today",
    "versions",
    "who_mentions",
    "withdraw",
]
