"""What anyone may read: the notice of each organisation, its history, its other forms."""
