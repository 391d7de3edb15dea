# `make` lists what there is. Everything is done once: a second run repeats nothing that is done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
export SIGNPOST_DATA := $(DATA)

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench ablation format

help:  ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: set PYTHON=..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

setup: $(VENV)/.installed  ## Make the environment

$(DATA)/.ready: $(VENV)/.installed $(shell find samples assistant/data intents -type f 2>/dev/null)
	$(BIN)/signpost build
	$(BIN)/signpost ingest samples/larkmere
	touch $@

run: $(DATA)/.ready  ## Set up, take in the sample area, and serve on http://127.0.0.1:8000
	$(BIN)/signpost serve

test: $(DATA)/.ready  ## Run the tests
	$(BIN)/python -m pytest

check: $(VENV)/.installed  ## Lint, types, imports and sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/promises/test_sizes.py

format: $(VENV)/.installed  ## Put the code in its usual form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DATA)/.ready  ## Measure speed and memory
	$(BIN)/python -m evaluation.bench

ablation: $(DATA)/.ready  ## Measure what each part of retrieval and decision earns
	$(BIN)/python -m evaluation.ablation
