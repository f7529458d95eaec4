"""How a run is carried through: durable execution, one process for a plan, plans carried out together, who watches."""
