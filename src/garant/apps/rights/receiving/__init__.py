"""A request comes in: who asks, for whom, for what, and how it is shown to be them."""
