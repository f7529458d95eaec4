"""What is promised: the policy document, its loader with line numbers, its checks, and calendar periods."""

from .checking import check_policy
from .diagnostics import RULES, Diagnostic, Position, Rule, UnusableDocument, exit_code
from .document import Policy, RetentionRule
from .loader import LoadedPolicy, UnusablePolicy, digest_of, load_policy, parse_policy
from .periods import Period
from .reporters import report
from .text import Language, Text

__all__ = [
    "RULES",
    "Diagnostic",
    "Language",
    "LoadedPolicy",
    "Period",
    "Policy",
    "Position",
    "RetentionRule",
    "Rule",
    "Text",
    "UnusableDocument",
    "UnusablePolicy",
    "check_policy",
    "digest_of",
    "exit_code",
    "load_policy",
    "parse_policy",
    "report",
]
