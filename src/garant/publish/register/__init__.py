"""The register of processing activities (GDPR art. 30): sheets, completeness, exports, and imports."""

from .cnil.edits import Note
from .cnil.grid import Refused
from .cnil.importing import Imported, import_register
from .cnil.sheets import export as as_ods

__all__ = ["Imported", "Note", "Refused", "as_ods", "import_register"]
