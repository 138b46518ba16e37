# `make` alone prints the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

setup: $(READY) ## make the environment in .venv

demo: $(READY) ## map a customer to every vendor, then show what a change to her sends
	@$(BIN)/python docs/demo.py

test: $(READY) ## run all tests
	$(BIN)/python -m pytest -n 2

lint: $(READY) ## ruff, mypy --strict, the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint test ## all that must pass before a change lands

laws: $(READY) ## the laws, long
	CUSTMAP_LAWS=long $(BIN)/python -m pytest -n 2 tests/laws

bench: $(READY) ## speed, as ratios against hand-written code
	$(BIN)/python benchmarks/run.py

clean: ## throw away what was made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .hypothesis

.PHONY: help setup demo test lint check laws bench clean
