"""Files that live beside a database and are named by its rows."""
