"""What is asked about one person: what is held about them, their package, whether they are restricted, or really gone."""
