"""The installation of the evidence room serves here too."""

from tests.apps.evidence.conftest import installation

__all__ = ["installation"]
