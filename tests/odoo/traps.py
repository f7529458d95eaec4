"""stub"""
from dataclasses import dataclass
from sqlalchemy import Connection
@dataclass
class Traps: ...
def plant(connection: Connection) -> Traps:
    return Traps()
