# What a developer runs. Each target is complete on a fresh machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TRANSLATIONS := resources/translations
# The tests that have to cover every line and branch of what the program concludes and writes.
MEASURED := tests/unit/policy tests/unit/reach tests/unit/manifest tests/unit/cli/test_reach.py tests/cases

.PHONY: setup run test lint bench soak translations clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) desktop/system_libraries.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	$(BIN)/python -m compileall -q desktop
	touch $(READY)

run: setup
	$(BIN)/python -m desktop

test: lint
	$(BIN)/coverage run -m pytest $(MEASURED)
	$(BIN)/coverage report
	$(BIN)/python -m pytest --numprocesses 2 $(MEASURED:%=--ignore=%)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only --numprocesses 0

soak: setup
	$(BIN)/python -m tests.soak

# Collect the texts for people anew, add what is new to each catalogue, and compile what is translated.
translations: setup
	$(BIN)/pybabel --quiet extract --no-default-keywords --keywords="tr tr_n:1,2" --add-location=file --sort-output \
		--omit-header --width=110 --output=$(TRANSLATIONS)/bulkhead.pot desktop
	$(BIN)/pybabel --quiet update --domain=bulkhead --input-file=$(TRANSLATIONS)/bulkhead.pot --width=110 \
		--output-dir=$(TRANSLATIONS) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel --quiet compile --domain=bulkhead --directory=$(TRANSLATIONS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
