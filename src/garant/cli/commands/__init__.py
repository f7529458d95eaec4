"""The commands, one module each; `garant.cli.registration` names them all."""
