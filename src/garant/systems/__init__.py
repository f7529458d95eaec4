"""Where data lives: data maps, and one folder per connector behind four verbs."""
