"""Where an installation keeps its own data: the database, the keys, the archive, the last signed checkpoints."""

import os
from collections.abc import Mapping
from pathlib import Path


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder: GARANT_HOME, else `.garant` here if it exists, else the user's data folder (XDG)."""
    named = environment.get("GARANT_HOME", "").strip()
    if named:
        return Path(named).expanduser().absolute()
    here = Path(".garant").absolute()
    if here.is_dir():
        return here
    data = environment.get("XDG_DATA_HOME", "").strip() or str(Path.home() / ".local" / "share")
    return Path(data) / "garant"


def private_file(path: Path) -> Path:
    """Make sure that a file is there and that only its owner may read it (0600)."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    return path


def keys_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the secret keys: GARANT_KEYS, else `keys` in the data folder."""
    named = environment.get("GARANT_KEYS", "").strip()
    return Path(named).expanduser().absolute() if named else home(environment) / "keys"


def archive_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the intermediate archives: GARANT_ARCHIVE, else `archive` in the data folder."""
    named = environment.get("GARANT_ARCHIVE", "").strip()
    return Path(named).expanduser().absolute() if named else home(environment) / "archive"


def maps_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the data maps, with a folder per organisation: GARANT_MAPS, else `maps` in the data folder."""
    named = environment.get("GARANT_MAPS", "").strip()
    return Path(named).expanduser().absolute() if named else home(environment) / "maps"


PACKAGE = Path(__file__).resolve().parents[1]
"""Where Garant's own files are."""
