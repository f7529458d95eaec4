"""The register of processing activities (GDPR art. 30): sheets, completeness, exports, and imports."""

from .cnil.edits import Note
from .cnil.grid import Refused
from .cnil.importing import Imported, import_register
from .cnil.sheets import export as as_ods
from .completeness import Completeness, Missing, Score, completeness
from .flat import as_csv, as_xlsx
from .pdf import as_pdf
from .sheets import Sheet, Table, register_sheets, sheet_of

__all__ = [
    "Completeness",
    "Imported",
    "Missing",
    "Note",
    "Refused",
    "Score",
    "Sheet",
    "Table",
    "as_csv",
    "as_ods",
    "as_pdf",
    "as_xlsx",
    "completeness",
    "import_register",
    "register_sheets",
    "sheet_of",
]
