"""May I? Asked by business systems before they use somebody's data; answered from what is known, never guessed."""
