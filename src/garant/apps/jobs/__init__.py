"""Long work that a page asks for and a worker does: it shows its progress and survives a closed tab."""
