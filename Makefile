PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLD := .venv-datasets36

.PHONY: help dataset test lint chaos weights clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

dataset: $(VENV)/.installed  ## set up, build the default dataset into build/ and load it
	$(BIN)/microvqa-pp build --output build
	$(BIN)/python -c 'import microvqa_pp; from datasets import load_dataset; print(load_dataset("microvqa_pp"))'

test: $(VENV)/.installed-dev $(OLD)/.installed lint  ## set up, check and run the tests
	MICROVQA_PP_DATASETS36=$(OLD)/bin/python $(BIN)/pytest -n 2

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

chaos: $(VENV)/.installed-dev  ## disturb builds and feed damaged inputs to every parser (about ten minutes)
	$(BIN)/python -m tests.chaos

weights: $(VENV)/.installed  ## train the bundled encoders and filter again, from one seed (about 36 minutes on 2 cores)
	$(BIN)/python -m benchmarks.training
	$(BIN)/python benchmarks/train_filter.py
	$(BIN)/python benchmarks/filter_quality.py

clean:  ## remove what was built, environments included
	rm -rf build dist $(VENV) $(OLD) .*_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/.installed

# The last `datasets` that runs loading scripts: tests check that microvqa_pp.py works as one.
$(OLD)/.installed:
	$(PYTHON) -m venv $(OLD)
	$(OLD)/bin/python -m pip install --quiet 'datasets==3.6.0' pillow
	touch $@
