"""The only way the versions of a policy change: each transition and its ledger entry together.

A version is a draft, then in review, then approved by another person than who submitted it, then published for a
day. Refused or taken back, it is a draft again. Published, it never changes.
"""

from garant.apps.policies.advance import Announced
from garant.apps.policies.consequences import consequence_lines, count_consequences
from garant.apps.policies.drafts import (
    discard,
    import_document,
    import_folder,
    new_draft,
    save_draft,
)
from garant.apps.policies.files import export_yaml, export_zip, read_files
from garant.apps.policies.models import NoticeGiven, PublishedError, State, Version
from garant.apps.policies.reading import (
    changes,
    find,
    notices,
    published,
    published_versions,
    today,
    versions,
)
from garant.apps.policies.refusals import RefusedError
from garant.apps.policies.transitions import (
    announcements,
    approve,
    earliest_day,
    publish,
    record_notice_given,
    reject,
    submit,
    withdraw,
)

__all__ = [
    "Announced",
    "NoticeGiven",
    "PublishedError",
    "RefusedError",
    "State",
    "Version",
    "announcements",
    "approve",
    "changes",
    "consequence_lines",
    "count_consequences",
    "discard",
    "earliest_day",
    "export_yaml",
    "export_zip",
    "find",
    "import_document",
    "import_folder",
    "new_draft",
    "notices",
    "publish",
    "published",
    "published_versions",
    "read_files",
    "record_notice_given",
    "reject",
    "save_draft",
    "submit",
    "today",
    "versions",
    "withdraw",
]
