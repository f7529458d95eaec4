"""Systems that nobody can reach by program: paper, a service without an interface, a colleague's inbox.

Their map says who looks, for what, and in how many days. A plan turns it into tasks; a signed answer is the receipt.
"""

from garant.systems.manual.model import ManualMap, ManualPromise, Requests, Responsible

__all__ = ["ManualMap", "ManualPromise", "Requests", "Responsible"]
