"""The privacy notice of a policy: one document, published as a page, a PDF, JSON and linked data."""

from garant.publish.notice.build import build_notice
from garant.publish.notice.document import (
    SCHEMA_NAME,
    Notice,
    Promise,
    Section,
    notice_json,
    notice_schema,
)

__all__ = ["SCHEMA_NAME", "Notice", "Promise", "Section", "build_notice", "notice_json", "notice_schema"]
