"""Where the data are: a connection, folders of files."""

from __future__ import annotations

from typing import Annotated

from garant.policy.document.base import said
from garant.systems.treatments import EnvName, Part, SqlName


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


class Files(Part):
    """Files outside the database, named by a column; a file goes with its last reference."""

    table: Annotated[SqlName, said("Table qui nomme les fichiers.", "Table that names the files.")]
    column: Annotated[SqlName, said("Colonne du nom de fichier.", "Column of the file's name.")]
    store: Annotated[Store, said("Où sont les fichiers.", "Where the files are.")]
