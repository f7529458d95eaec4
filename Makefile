# The same commands here and in CI. `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help setup demo test slow lint types check docs bench

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1|/p' Makefile | awk -F'|' '{printf "  make %-7s %s\n", $$1, $$2}'

setup: ## the virtual environment with the locked dependencies, in .venv
	@scripts/setup

demo: setup ## the whole of Garant in a minute, on a made-up company; ends with its site on port 8000
	@.venv/bin/garant demo --serve $(ARGS)

test: setup ## what each change is held to, on SQLite and on private PostgreSQL 15 and MariaDB 10.11
	@scripts/test $(ARGS)

slow: setup ## all other tests: the same again, in more worlds, on more servers, in the other language
	@scripts/test --slow $(ARGS)

lint: setup ## style and the rules of the house
	@scripts/lint

types: setup ## the type checker, strict on the core
	@scripts/types

check: lint types test slow ## everything CI looks at

docs: setup ## write the reference pages again from the code
	@scripts/docs

bench: setup ## measure Garant beside hand-written SQL
	@scripts/bench $(ARGS)
