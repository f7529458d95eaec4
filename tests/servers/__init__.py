"""Real servers for the tests: private, temporary, on loopback, stopped with the run that started them."""
