# Dermafolio's workshop. `make` alone lists what there is.
PYTHON ?= python3
PORT ?= 8080
DATA_DIR ?= var/data
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
RIVALS := $(VENV)/.rivals
MEMORY := .pytest_cache/
PYTEST = $(PY) -m pytest -q -o cache_dir=$(MEMORY)$@
HOUR := tests/browser/test_working_hour.py
SOURCES := $(shell find app components data pages packaging main.py -type f -not -name '*.pyc' 2>/dev/null)
COMPILE := $(VENV)/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help install run test test-long test-unit test-file test-browser-a test-browser-m test-again test-hour check bench binary screenshots lock clean tools

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP)  ## make .venv with everything that run and test need

run: $(STAMP)  ## start the server on http://127.0.0.1:8080 (PORT=, DATA_DIR=; data in var/data, keys in var/data-keys)
	@mkdir -p $(dir $(DATA_DIR))
	@$(PY) main.py serve --data-dir $(DATA_DIR) --port $(PORT)

test: $(STAMP) tools check  ## every check and every test, a real Chromium and the single file included (minutes, both cores)
	@echo 'Testing on both cores. Each part speaks when it is done; the longest takes some minutes.'
	@rm -rf $(MEMORY)
	@$(MAKE) --no-print-directory -j3 --output-sync=line LATER='|| [ $$$$? = 1 ]' test-file test-browser-a test-browser-m
	@$(MAKE) --no-print-directory test-again
	@$(MAKE) --no-print-directory test-hour

test-unit: $(STAMP)
	$(PYTEST) tests --ignore=tests/browser -m 'not binary' $(LATER)

test-file: test-unit tools
	@$(MAKE) --no-print-directory binary
	$(PY) -m pytest -q tests/test_packaging.py

# Who drives a browser waits half of the time: two of them and the rest fill two cores.
test-browser-a: $(STAMP) tools
	$(PYTEST) --durations=8 tests/browser/test_[a-l]*.py $(LATER)

test-browser-m: $(STAMP) tools
	$(PYTEST) --durations=8 $(filter-out $(HOUR),$(wildcard tests/browser/test_[m-z]*.py)) $(LATER)

# A test that failed while three runs fought for two cores is asked once more, alone, and that answer counts. The first one stays in print.
test-again: $(STAMP) tools
	@for run in $$(grep -ls :: $(MEMORY)*/v/cache/lastfailed); do \
		echo "What failed beside the others, alone: $$run"; \
		$(PY) -m pytest -q -o cache_dir=$${run%/v/*} --lf --lfnf=none || exit 1; done

# It also promises that nobody waits, so nothing else runs beside it.
test-hour: $(STAMP) tools
	$(PY) -m pytest -q $(HOUR)

test-long: $(STAMP) tools  ## the same promises with all their rounds (kills, random acts, an hour's work)
	DERMAFOLIO_TEST_ROUNDS=full $(PY) -m pytest -q tests --ignore=tests/browser -m 'not binary'
	DERMAFOLIO_TEST_ROUNDS=full $(PY) -m pytest -q tests/browser

check: $(STAMP)  ## lint, types, floors (seconds)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

bench: $(STAMP) $(RIVALS) tools  ## measure the speed figures and print them (BENCH=full: with 100,000 patients)
	$(PY) -m tests.benchmarks

binary: dist/dermafolio  ## build the single file dist/dermafolio

dist/dermafolio: $(STAMP) $(SOURCES)
	@.ci/packages objdump=binutils
	@$(PY) -c 'from PyInstaller.depend.bindepend import get_python_library_path as path; path()' 2>/dev/null || \
		.ci/packages =$$($(PY) -c 'import sys; print(f"libpython{sys.version_info[0]}.{sys.version_info[1]}")')
	$(VENV)/bin/pyinstaller --noconfirm --log-level ERROR --distpath dist --workpath build packaging/dermafolio.spec
	@touch $@ && ls -lh $@

screenshots: $(STAMP) tools  ## take docs/screenshots/ anew from a demo record
	$(PY) -m tests.screenshots

lock: $(STAMP)  ## compile requirements*.txt anew from pyproject.toml (asks the package index)
	$(COMPILE) --upgrade --output-file requirements.txt pyproject.toml
	$(COMPILE) --upgrade --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --upgrade --extra bench --constraint requirements-dev.txt --output-file requirements-bench.txt pyproject.toml

clean:  ## remove what was built; data, keys and .venv stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find app components data pages tests -name __pycache__ -type d -prune -exec rm -rf {} +

tools:
	@.ci/packages chromium=chromium exiftool=libimage-exiftool-perl objdump=binutils

$(STAMP): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Dermafolio needs Python 3.11 or newer.'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/packages =python3-venv
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(RIVALS): requirements-bench.txt $(STAMP)
	$(PY) -m pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@
