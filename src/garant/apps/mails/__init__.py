"""Mail: letters wait in an outbox, go when the server takes them, and are forgotten with the person they are about."""
