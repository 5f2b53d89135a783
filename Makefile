# One set of verbs for people, hooks and CI.
PYTHON ?= python3
PIP_FLAGS := -q --disable-pip-version-check --require-hashes
DEMO := .venv/bin
DEV := .venv-dev/bin

# Compiled modules are kept even where the machine's settings say otherwise: every start is faster.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install demo test e2e quality teach bench bench-million bench-base lint fmt lock manifest migration clean python

help: ## list the verbs
	@grep -E '^[a-z0-9_-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Attaché needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/.ready: requirements.lock | python
	@echo "Installing the pinned packages into .venv (about a minute, once) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(DEMO)/python -m pip install $(PIP_FLAGS) -r requirements.lock
	@$(DEMO)/python -m pip install -q --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

.venv-dev/.ready: requirements-dev.lock | python
	@echo "Installing the pinned development packages into .venv-dev (one or two minutes, once) ..."
	@$(PYTHON) -m venv --clear .venv-dev
	@$(DEV)/python -m pip install $(PIP_FLAGS) -r requirements-dev.lock
	@$(DEV)/python -m pip install -q --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

install: .venv/.ready ## the product alone, into .venv

demo: .venv/.ready ## a local workspace with a sample company, in the browser
	@$(DEMO)/attache demo $(ARGS)

test: .venv-dev/.ready ## every test that needs minutes at most
	@$(DEV)/python -m pytest -n auto --dist worksteal $(ARGS)

e2e: .venv-dev/.ready ## only the stories, through the real app and a real browser
	@$(DEV)/python -m pytest tests/e2e $(ARGS)

quality: .venv-dev/.ready ## real documents and long checks (says so when the data is absent)
	@$(DEV)/python -m pytest -m quality $(ARGS)

bench: .venv-dev/.ready ## measurements: ingest, ask, offers, files, cold start, memory, retrieval
	@$(DEV)/python -m tests.benchmarks $(ARGS)

bench-million: .venv-dev/.ready ## retrieval in a million passages (an hour)
	@$(DEV)/python -m tests.benchmarks million $(ARGS)

bench-base: .venv-dev/.ready ## a million machines: offers, and each figure kept and from nothing beside plain SQL (an hour)
	@$(DEV)/python -m tests.benchmarks base rates $(ARGS)

.venv-teach/.ready: tests/quality/teaching/requirements.lock | python
	@$(PYTHON) -m venv --clear .venv-teach
	@.venv-teach/bin/python -m pip install $(PIP_FLAGS) -r tests/quality/teaching/requirements.lock
	@touch $@

teach: .venv-teach/.ready ## teach the cross-encoder's last layers anew from tests/quality/teaching (an hour)
	@.venv-teach/bin/python -m tests.quality.teaching knowledge/answerability.npz

lint: .venv-dev/.ready ## formatter check, ruff, mypy, import-linter
	@$(DEV)/ruff format --check .
	@$(DEV)/ruff check .
	@$(DEV)/mypy
	@$(DEV)/lint-imports --no-cache
	@$(DEV)/python -m pytest tests/test_architecture.py

fmt: .venv-dev/.ready ## format and fix
	@$(DEV)/ruff format .
	@$(DEV)/ruff check --fix .

manifest: .venv-dev/.ready ## write deploy/manifest.json from bot/manifest.py
	@$(DEV)/python -m bot.manifest > deploy/manifest.json

migration: .venv-dev/.ready ## draft a migration from the models: make migration NAME="add a column"
	@$(DEV)/python -m bot.migrations.draft "$(NAME)"

lock: ## resolve the locks anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml --group build --group teach -c requirements.lock -o tests/quality/teaching/requirements.lock

clean: ## remove the environments and caches
	rm -rf .venv .venv-dev .venv-teach .mypy_cache .ruff_cache .pytest_cache .hypothesis test-artifacts *.egg-info
