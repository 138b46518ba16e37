# `make` alone prints the targets. Another Python: `make test PYTHON=python3.13 VENV=.venv-3.13`.
NEW_ENOUGH    := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON        ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
                   $$one -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$one && break; done || echo python3)
LOWEST_PYTHON ?= python3.11
VENV          ?= .venv
BIN           := $(VENV)/bin
READY         := $(VENV)/.ready

.DEFAULT_GOAL := help

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s  %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# $(call install,folder,python,constraints): a new environment. The constraints are given as variables,
# since those also reach what builds the package. The bytecode is made as pip makes it for a package that is
# not editable: where Python may not write any, every command would compile the whole package.
install = $(2) -m venv --clear $(1) && \
	PIP_CONSTRAINT=$(3) PIP_BUILD_CONSTRAINT=$(3) $(1)/bin/python -m pip install \
	  --quiet --disable-pip-version-check -e '.[dev]' && \
	$(1)/bin/python -m compileall -q src

# Made anew too when its Python is gone, as after an upgrade of the system.
$(READY): pyproject.toml constraints.txt $(if $(wildcard $(BIN)/python),,anew)
	$(call install,$(VENV),$(PYTHON),constraints.txt)
	@touch $@

setup: $(READY) ## make the environment in .venv, with the versions of constraints.txt

demo: $(READY) ## map a customer to every vendor, then show what a change to her sends
	@$(BIN)/python docs/demo.py

test: $(READY) ## run all tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-lowest: .venv-lowest/.ready ## run them with the lowest versions that pyproject.toml allows
	.venv-lowest/bin/python -m pytest -n 2 --dist worksteal

test-newest: ## run them with the newest versions there are; a deprecation is an error
	$(call install,.venv-newest,$(PYTHON),)
	.venv-newest/bin/python -m pytest -n 2 --dist worksteal -W error

.venv-lowest/.ready: pyproject.toml tools/lowest.py
	$(LOWEST_PYTHON) tools/lowest.py > .venv-lowest.txt
	$(call install,$(@D),$(LOWEST_PYTHON),.venv-lowest.txt)
	@touch $@

pins: ## write constraints.txt anew: the newest versions that fit each Python
	$(PYTHON) -m venv --clear .venv-pins
	.venv-pins/bin/python -m pip install --quiet --disable-pip-version-check uv
	printf 'hatchling\neditables\n' | .venv-pins/bin/uv pip compile --quiet --universal --upgrade --all-extras \
	  --no-annotate --custom-compile-command 'make pins' --output-file constraints.txt pyproject.toml -

lint: $(READY) ## ruff, mypy --strict, the layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: lint test ## all that must pass before a change lands

laws: $(READY) ## the laws, long
	CUSTMAP_LAWS=long $(BIN)/python -m pytest -n 2 tests/laws tests/records tests/nightly tests/prove \
	  tests/border tests/check/test_check_letters.py tests/plan/test_plan_merge.py \
	  tests/functions tests/expressions tests/engines tests/review tests/documents tests/lsp

spark: ## the tests with a real Spark, in local mode; installs it, and Java where it may
	$(call install,.venv-spark,$(PYTHON),)
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check -e '.[spark]'
	@command -v java > /dev/null || { apt-get update -qq && apt-get install -qqy default-jre-headless; } \
	  > /dev/null 2>&1 || { echo 'make spark: needs Java, and cannot install it here'; exit 1; }
	CUSTMAP_SPARK=1 .venv-spark/bin/python -m pytest tests/engines

browser: ## the pages and play in a real Chromium; installs it where it may
	$(call browser)
	CUSTMAP_BROWSER=1 .venv-browser/bin/python -m pytest -s tests/pages/test_pages_browser*.py

picture: ## draw the picture of the README anew
	$(call browser)
	.venv-browser/bin/python tools/picture.py

define browser
	$(call install,.venv-browser,$(PYTHON),constraints.txt)
	.venv-browser/bin/python -m pip install --quiet --disable-pip-version-check \
	  playwright axe-playwright-python pillow
	@command -v chromium > /dev/null || { apt-get update -qq && apt-get install -qqy chromium; } \
	  > /dev/null 2>&1 || { echo 'make browser: needs Chromium, and cannot install it here'; exit 1; }
endef

mutants: $(READY) ## do the tests of a room notice small wrong changes in its code?
	$(BIN)/python mutants/run.py

bench: $(READY) ## speed, as ratios against hand-written code
	$(BIN)/python benchmarks/run.py

bench-scale: $(READY) ## tables and snapshots: time and memory of whole processes, over DuckDB's own join
	$(BIN)/python benchmarks/scale.py

clean: ## throw away what was made
	rm -rf .venv .venv-* dist build .mypy_cache .ruff_cache .hypothesis

.PHONY: help setup demo test test-lowest test-newest pins lint check laws spark browser picture mutants bench bench-scale clean anew
