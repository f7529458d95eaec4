"""An installation of the test's own."""

from tests.apps.evidence.conftest import demo, installation

__all__ = ["demo", "installation"]
