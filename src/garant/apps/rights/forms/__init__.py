"""What the pages ask: of a person as little as answering takes, of staff what a decision takes."""
