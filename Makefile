# Tandem's main jobs. `make help` lists them; `make verify` and `make test` are all
# a newcomer needs (python3 >= 3.11 with venv).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Of the assumed national peak of 5 changes/s.
SCALE ?= 21

.DEFAULT_GOAL := help
.PHONY: help emulators setup verify test check docs bench defects defects-full \
  pictures signatures histories load nightly-load nightly lock clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements.txt pyproject.toml
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Tandem needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version)."; \
	    echo "Point to one: make verify PYTHON=/path/to/python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(STAMP) ## Make the virtual environment with all locked dependencies

verify: $(STAMP) ## Play all scenarios against the reference sync over real sockets
	@$(BIN)/tandem verify --tier wire $(ARGS)

test: $(STAMP) ## Run our own tests
	@$(BIN)/python -m pytest -n 2 -q $(ARGS)

check: $(STAMP) ## Lint, types and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

defects: $(STAMP) ## Prove that scenarios and oracle see every planted defect
	@$(BIN)/tandem defects score --tier simulated $(ARGS)

defects-full: $(STAMP) ## All defects against all scenarios, mutants, and by sockets
	@$(BIN)/tandem defects score --full $(ARGS)
	@$(BIN)/tandem defects mutants
	@$(BIN)/tandem defects score --tier wire --sample 25

signatures: $(STAMP) ## Learn anew what each planted defect looks like
	@$(BIN)/tandem defects score --learn

histories: $(STAMP) ## Play 1,000 random histories against the reference sync
	@$(BIN)/tandem explore --histories 1000 -n 2 $(ARGS)

nightly: $(STAMP) ## What takes hours; name PARTS to run only those
	@.ci/nightly $(PARTS)

docs: $(STAMP) ## Make the made parts of the guides anew
	@$(BIN)/python -m tests.run.documents

pictures: $(STAMP) ## Take README's pictures anew (a minute; needs Chromium)
	@$(BIN)/python -m harness.report.pictures

load: $(STAMP) ## Two minutes beyond 20 times the assumed peak: does it hold?
	@$(BIN)/tandem load --profile peak --scale $(SCALE) --minutes 2 --seed 1 $(ARGS)

nightly-load: $(STAMP)
	@$(BIN)/tandem load --profile peak --estate --minutes 10
	@$(BIN)/tandem load --profile spike --latency default --scale 0.5 --minutes 6
	@$(BIN)/tandem load --profile outage --minutes 12 --off half:to-nomis \
	  --off half:from-nomis
	@$(BIN)/tandem load --profile wave --estate
	@$(BIN)/tandem load --profile rollback --scale 4
	@$(BIN)/tandem load --profile migration
	@$(BIN)/tandem load --profile reconcile

emulators: $(STAMP) ## Install the bus emulators that conformance and bench compare with
	@test -x .venv-bench/bin/moto_server || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
	  --require-hashes -r requirements-bench.txt

bench: $(STAMP) ## Compare speed with peers, as ratios
	@$(BIN)/python -m tests.bench $(ARGS)

LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url \
  --no-emit-trusted-host --no-emit-find-links --no-header --strip-extras --allow-unsafe

lock: ## Renew the requirements files (hashes, no index address)
	@$(BIN)/python -m pip install --quiet pip-tools
	@$(LOCK) -o requirements.txt requirements.in
	@$(LOCK) -o requirements-bench.txt requirements-bench.in

clean: ## Remove what the other targets made
	rm -rf $(VENV) test-results build dist
