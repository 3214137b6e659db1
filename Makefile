# Everything here works on a machine that has only Python (3.11 or newer), pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo check check-java format lint types contracts test bench eval vectors mutants clean

help:  ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml constraints.txt tests/readers/package.json
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[agency,hub]' --group dev
	@rm -rf $(VENV)/lib/python3*/site-packages/tests  # flask-websub's own, which would hide ours
	@$(BIN)/python tests/get_softhsm.py $(VENV)/softhsm
	@$(BIN)/python tests/get_readers.py $(VENV)/readers
	@touch $@

demo: $(READY)  ## a whole federation on this machine: eleven agencies, forgers, one unified feed
	@$(BIN)/syndicate demo

check: lint types contracts test  ## what CI runs, no more and no less

check-java: $(READY)  ## the example in Java, tried with a JDK (17 or newer) that is on the PATH
	@{ command -v java && command -v javac; } >/dev/null || { echo "check-java needs a JDK, 17 or newer: java and javac"; exit 1; }
	$(BIN)/python -m pytest -n 2 -q tests/vectors/log_in_java.py

format: $(READY)  ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/deptry .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports

test: $(READY)
	$(BIN)/python tests/run.py

vectors: $(READY)  ## make the public test vectors again, byte for byte
	$(BIN)/python tests/vectors/make.py

mutants: $(READY)  ## lies about trust, ledger, signing and dedupe, one at a time: which do the tests not notice?
	$(BIN)/python -m tests.mutation trust ledger signing
	$(BIN)/python -m tests.mutation dedupe --most 120

bench: $(READY)  ## speed and memory, as ratios measured in one run
	$(BIN)/python -m tests.bench

eval: $(READY)  ## how well copies are told from siblings, in each language
	$(BIN)/python -m tests.evaluation

clean:  ## forget the environment and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov
