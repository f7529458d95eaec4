"""Read a Fides dataset and write the data map that says as much of it as a map can say.

What has no counterpart is never dropped in silence: it comes back as a list of *losses*, each with its file and line.
"""

from garant.systems.fides.conversion import Imported, Loss, NotImportable, import_dataset

__all__ = ["Imported", "Loss", "NotImportable", "import_dataset"]
