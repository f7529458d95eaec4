"""What the site shows of plans and runs."""
