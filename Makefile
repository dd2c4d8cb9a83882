# Every target does its own set-up: a bare checkout, Python 3.11-3.13, make, git and a C
# compiler are enough. scripts/preflight.sh names what is missing.

VENV ?= .venv
# The Python to build VENV with; empty means the first suitable one.
PYTHON ?=
# Further words for pytest, such as PYTEST_ARGS='-k contract'.
PYTEST_ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready

export PYTHON
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all lint bench docs contract differential mutants

help: ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

setup: $(READY) ## Make the virtual environment (.venv), if it is not ready

$(READY): pyproject.toml scripts/preflight.sh scripts/setup.sh
	@sh scripts/setup.sh $(VENV)

demo: $(READY) ## Scaffold a project, audit it, serve it and load-test it
	@$(BIN)/python -P scripts/demo.py --workdir demo

test: $(READY) ## Run the tests, without the slow ones
	@$(BIN)/python -P -m pytest -m "not slow" $(PYTEST_ARGS)

test-all: $(READY) ## Run every test
	@$(BIN)/python -P -m pytest $(PYTEST_ARGS)

lint: $(READY) ## Check style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict

bench: $(READY) ## Run the benchmarks
	@for file in benchmarks/*.py; do $(BIN)/python -P $$file || exit 1; done

docs: $(READY) ## Generate the pages that come from the code
	@$(BIN)/python -P scripts/generate_docs.py

contract: $(READY) ## Generate the SDK contract from the installed SDK
	@$(BIN)/python -P scripts/generate_contract.py

differential: $(READY) ## Hold the audit against the SDK and write docs/differential.md
	@DIFFERENTIAL_WRITE=1 $(BIN)/python -P -m pytest -q tests/differential $(PYTEST_ARGS)

mutants: $(READY) ## Disable every condition of every check and see a test turn red (minutes)
	@$(BIN)/python -P scripts/mutate_checks.py
