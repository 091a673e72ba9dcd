# make run     start everything on this machine      make test    run every test
# make check   format, lint, types, layers, texts    make bench   measure, as ratios
# make lock    pin what *.in and package.json ask for
# make faults  10,000 appeals under 200 kills         make fuzz     100,000 calls of the API
PYTHON ?= python3
PY := .venv/bin/python
# Each step leaves a stamp named after the content it was made from, so that nothing is built twice.
hash = $(shell cat $(1) 2>/dev/null | git hash-object --stdin | cut -c1-16)
PINS := .venv/.pins-$(call hash,requirements-dev.txt)
MODULES := node_modules/.pins-$(call hash,package-lock.json)
ASSETS := static/dist/.built-$(call hash,package-lock.json static/build.mjs $(sort $(wildcard static/src/*)))
NODE20 := $(shell command -v npm >/dev/null && node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null && echo yes)
NODE := $(if $(NODE20),node,.venv/bin/node)
NPM := $(if $(NODE20),npm,.venv/bin/npm)

.DEFAULT_GOAL := help
FAULTS := FAULT_SUBMISSIONS=10000 FAULT_KILLS=200
FUZZ := FUZZ_CALLS=100000 FUZZ_SECONDS=7200 FUZZ_PARTS=2

.PHONY: help setup run test faults fuzz check bench lock messages format

help:
	@sed -n '1,4s/^# //p' Makefile

$(PINS):
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing. Debian: apt install python3 python3-venv. macOS: brew install python@3.13"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Recourse needs Python 3.11 or later. Name one: make PYTHON=python3.13 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. Debian: apt install python3-venv"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "Installing the pinned requirements into .venv ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@rm -f .venv/.pins-*; touch $@

$(MODULES): | $(PINS)
	@echo "Installing the packages of the browser assets ..."
	@$(NPM) ci --ignore-scripts --silent
	@rm -f node_modules/.pins-*; touch $@

$(ASSETS): | $(MODULES)
	@$(NODE) static/build.mjs
	@rm -rf staticfiles; $(PY) manage.py collectstatic --no-input --verbosity 0
	@touch $@

setup: $(PINS) $(ASSETS)
	@$(PY) manage.py messages --compile

run: setup
	@exec $(PY) -m config.launch --with-parent

test: setup
	@$(PY) -m tests.chromium >/dev/null
	@$(PY) -m pytest

faults: setup
	@$(FAULTS) $(PY) -m pytest -s tests/faults

fuzz: setup
	@$(FUZZ) $(PY) -m pytest -n 2 -rP tests/test_schema.py

check: setup
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .
	.venv/bin/djlint --lint --quiet templates
	$(PY) .ci/house_rules.py
	.venv/bin/lint-imports --no-logo
	.venv/bin/mypy
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py messages --check
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(PY) .ci/deployment.py

bench: setup
	@$(PY) -m bench

messages: setup
	@$(PY) manage.py messages

format: setup
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock: $(PINS)
	@test -x .venv/bin/uv || $(PY) -m pip install --quiet --disable-pip-version-check uv
	@.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements.in -o requirements.txt
	@.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header requirements-dev.in -o requirements-dev.txt
	@$(NPM) install --ignore-scripts --package-lock-only --silent
