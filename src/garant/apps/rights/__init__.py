"""People exercise their rights: from what they ask, by a form or a letter, to the answer and its proof."""
