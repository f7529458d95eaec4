"""What an organisation works on, opened: its policy, the systems whose maps answer it, its archive, Garant's own database."""
