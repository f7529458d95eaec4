"""Where the data are: a connection, folders of files, copies out of reach."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from garant.policy.document.base import said
from garant.policy.periods import Period
from garant.policy.text import Text
from garant.systems.treatments import EnvName, Key, Part, SqlName


class Connection(Part):
    """Where the system is: the *name* of the variable that holds its SQLAlchemy URL."""

    env: Annotated[
        EnvName,
        said(
            "Variable d’environnement qui porte l’adresse SQLAlchemy.",
            "Environment variable that holds the SQLAlchemy URL.",
        ),
    ]


class Store(Part):
    """A folder of files, named by an environment variable."""

    env: Annotated[
        EnvName,
        said("Variable d’environnement qui porte le dossier.", "Environment variable that holds the folder."),
    ]
    folders: Annotated[
        list[Annotated[int, Field(ge=1, le=64)]],
        said(
            "Sous-dossiers tirés du nom : [2, 2] range 0afff5… dans 0a/ff/.",
            "Subfolders taken from the name: [2, 2] puts 0afff5… in 0a/ff/.",
        ),
    ] = Field(default_factory=list[int], max_length=8)


class Files(Part):
    """Files outside the database, named by a column, or by two; a file goes with its last reference."""

    table: Annotated[SqlName, said("Table qui nomme les fichiers.", "Table that names the files.")]
    column: Annotated[SqlName, said("Colonne du nom de fichier.", "Column of the file's name.")]
    folder: Annotated[
        SqlName | None,
        said(
            "Colonne du dossier où est ce nom ; vide ou nulle, le nom est seul.",
            "Column of the folder that the name is in; blank or null, the name is alone.",
        ),
    ] = None
    suffix: Annotated[
        str,
        said(
            "Ce qui suit le nom dans le dossier, et que la colonne ne dit pas (« .pdf »).",
            "What follows the name in the folder, and the column does not say (“.pdf”).",
        ),
    ] = Field(default="", max_length=20, pattern=r"^(\.[A-Za-z0-9]+)*$")
    store: Annotated[Store, said("Où sont les fichiers.", "Where the files are.")]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that name the file together, in the order that :meth:`name` takes their values."""
        return (self.column,) if self.folder is None else (self.column, self.folder)

    def name(self, column: Any, folder: Any = None) -> str | None:
        """The file that a row names, as a path below its store; None when the row names none."""
        if column is None or column == "":
            return None
        lead = "" if folder is None else str(folder).rstrip("/")
        return (f"{lead}/{column}" if lead else str(column)) + self.suffix


class Copy(Part):
    """A copy of the system that Garant cannot reach, and how long it keeps what it took."""

    key: Annotated[Key, said("Clé stable de la copie.", "Stable key of the copy.")]
    label: Annotated[Text, said("Nom de la copie.", "Name of the copy.")]
    kind: Annotated[
        Literal["backup", "replica", "extract", "log"],
        said(
            "backup : sauvegarde ; replica : réplique ; extract : extraction ; log : journal.",
            "backup, replica, extract, or log.",
        ),
    ]
    kept: Annotated[
        Period | None,
        said(
            "Durée ISO 8601 au bout de laquelle la copie a perdu ce qui est effacé ; inconnue si absente.",
            "ISO 8601 period after which the copy has lost what is erased; unknown when absent.",
        ),
    ] = None
