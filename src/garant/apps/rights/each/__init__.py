"""What each right comes to: the plan it needs, the package it gives, the list it writes to, or a person's judgement."""
