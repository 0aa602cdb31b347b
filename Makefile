# Everything that is needed is set up on the way: make demo, make test.
# Another Python: make demo PYTHON=/path/to/python3.12

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
WANTED := import sys$(if $(UV),,, venv, ensurepip); sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
# The first one >= 3.11 that can make environments; a pyenv shim without a version behind it fails the test, so is passed over
PYTHON := $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python "$$HOME"/.pyenv/versions/3.1[1-9]*/bin/python; do \
	"$$p" -c '$(WANTED)' >/dev/null 2>&1 && { command -v "$$p"; break; }; done)
endif

# Stamps carry a sum of what decides an installation, so that other edits of pyproject.toml, or a checkout that only
# touches it, install nothing, and work without a network.
SUM := $(shell "$(PYTHON)" -c 'import tomllib, zlib; p = tomllib.load(open("pyproject.toml", "rb")); print(zlib.crc32(repr([p.get(k) for k in ("build-system", "project", "dependency-groups")]).encode()))' 2>/dev/null)
HUB := $(VENV)/.hub-$(SUM)
DEV := $(VENV)/.dev-$(SUM)
# An environment whose interpreter is gone holds nothing, whatever its stamps say
$(shell [ -x $(BIN)/python ] || rm -f $(VENV)/.hub-* $(VENV)/.dev-*)
PYTEST_OPTIONS ?= -n auto

.PHONY: help demo test check lint types contracts unit docs format clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: $(HUB) ## set up, fill ./hub-data with the sample when it is empty, serve it
	@exec $(BIN)/hub demo

test: check ## set up, then lint, types, contracts and all tests

check: lint types contracts unit ## lint, types, contracts and all tests

lint: $(DEV) ## ruff: rules and form
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(DEV) ## mypy, strict
	$(BIN)/python -m mypy

contracts: $(DEV) ## who may import whom
	$(BIN)/lint-imports

unit: $(DEV) ## all tests; choose with PYTEST_OPTIONS="-n auto -k word"
	$(BIN)/python -m pytest $(PYTEST_OPTIONS)

docs: $(DEV) ## write the generated pages of docs/ anew
	HUB_TEST_WRITE_DOCS=1 $(BIN)/python -m pytest -q tests/architecture/test_docs.py

format: $(DEV) ## put the code into form
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

clean: ## remove what was set up or built; ./hub-data stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find hub schema indexers storage tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 with venv found. On Debian: apt-get install python3 python3-venv; or make PYTHON=/path/to/python3" >&2; exit 1; }
	rm -rf $(VENV)
	$(MAKE_VENV)

ifneq ($(UV),)
MAKE_VENV := "$(UV)" venv --quiet --seed --python "$(PYTHON)" $(VENV)
INSTALL := "$(UV)" pip install --quiet --python $(BIN)/python
else
MAKE_VENV := "$(PYTHON)" -m venv $(VENV)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

$(HUB): | $(BIN)/python
	@echo "Installing the hub into $(VENV) (once) …"
	@$(INSTALL) --editable .
	@rm -f $(VENV)/.hub-* && touch $@

# --group needs pip >= 25.1
$(DEV): $(HUB)
	@echo "Installing what the tests need into $(VENV) (once) …"
	@$(INSTALL) 'pip>=25.1'
	@$(INSTALL) --group dev
	@rm -f $(VENV)/.dev-* && touch $@
