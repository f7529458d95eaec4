"""The installation of the evidence room serves here too."""

from tests.apps.evidence.conftest import demo, installation

__all__ = ["demo", "installation"]
