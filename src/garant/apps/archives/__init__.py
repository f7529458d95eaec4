"""Who may consult the intermediate archive, and who did, why and when."""
