# Koppla. Every target does its own set-up: `make run` and `make test` are all a newcomer needs.
PYTHON ?= python3
BROKER ?= embedded
FAULTS ?= each
V := .venv
BIN := $(V)/bin
PACKAGES := contracts chassis services/search services/linking services/notifier services/activation portal koppla
PROJECTS := $(PACKAGES:%=%/pyproject.toml)
LOCAL := koppla koppla-contracts koppla-chassis koppla-search koppla-linking koppla-notifier koppla-activation koppla-portal
UV_VERSION := 0.13.9

.PHONY: setup run test test-containers test-browser races fuzz faults secrets check api format bench sustained lock clean

setup: $(V)/.ready

# The stamp is touched last, so that an interrupted set-up is begun again.
$(V)/.ready: requirements.lock pyproject.toml $(PROJECTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Koppla needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(V)
	$(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@

run: setup
	$(BIN)/koppla up --demo

# BROKER=apache: every test that meets a broker, on Apache Kafka. Three workers keep two cores busy:
# tests wait a good deal.
test: setup
	KOPPLA_TEST_BROKER=$(BROKER) $(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

# The images, compose.yaml and the main job in containers that are killed; needs a Docker engine.
test-containers: setup
	KOPPLA_TEST_CONTAINERS=1 $(BIN)/python -m pytest tests/containers -v -s --timeout 900 --durations 5

# What people see, in Debian's Chromium: journeys, axe-core, screenshots into .pictures.
test-browser: setup
	KOPPLA_TEST_BROWSER=1 $(BIN)/python -m pytest tests/browser -q --numprocesses 2 --dist loadfile --timeout 600 --durations 5

# 200 rounds of a hundred accepts at once; `make test` takes three.
races: setup
	KOPPLA_RACES=200 $(BIN)/python -m pytest services/linking/tests/test_racing_accepts.py -q

# Calls that nobody thought of, beside those that `make test` makes, as every kind of caller.
fuzz: setup
	KOPPLA_FUZZ_EXAMPLES=6 $(BIN)/python -m pytest tests/test_api_fuzz.py -q --timeout 1200

# Every fault once under load, on Apache Kafka, and a judge over what is left. FAULTS=long for two
# hundred kills among them, FAULTS="kill broker-away --seed 7" for what one wants to see again.
faults: setup
	$(BIN)/python -m tests.faults $(FAULTS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config .importlinter
	$(BIN)/python -m koppla.api_documents --check

# After a change of the API or of events: its documents in docs/api anew.
api: setup
	$(BIN)/python -m koppla.api_documents

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup
	$(BIN)/python -m bench

# 250 requests a second for ten minutes on Apache Kafka, and the memory of every role. SUSTAINED="--rate
# 100 --minutes 2" for another rate.
sustained: setup
	$(BIN)/python -m bench.sustained $(SUSTAINED)

# uv.lock would name registry addresses; requirements.lock holds names, versions and hashes only.
# requirements-runtime.lock is the part of it that goes into the image.
lock: setup
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		$(LOCAL:%=--no-emit-package %) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		$(LOCAL:%=--no-emit-package %) --constraint requirements.lock $(PROJECTS) \
		-o requirements-runtime.lock

# What compose.yaml needs: secrets at random, and settings for development. What is there stays.
secrets: setup
	$(BIN)/koppla secrets --out .secrets --development
	test -e .env || cp ops/development.env .env

clean:
	rm -rf $(V) .koppla .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
