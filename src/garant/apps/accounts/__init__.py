"""Who may sign in, for which organisation, in which role, over which activities and systems."""
