"""What every room of the product stands on: settings, and how to wake them."""
