"""What changes from one policy to another, promise by promise, in plain words."""

from .change import Change, Detail, Weight, weightiest
from .compare import differences

__all__ = ["Change", "Detail", "Weight", "differences", "weightiest"]
