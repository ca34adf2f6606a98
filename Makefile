# Every command of the project; `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PYTEST_ARGS ?=
DATABASE ?= sqlite

.DEFAULT_GOAL := help

$(STAMP): requirements/dev.txt requirements/base.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@test -x $(VENV)/bin/pip || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked requirements ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

install: $(STAMP) ## Create .venv and install the locked requirements

run: $(STAMP) ## Serve the Academy on http://127.0.0.1:8000 (PORT= changes it)
	@exec $(PY) manage.py serve --port $(PORT)

demo: $(STAMP) ## Serve a throwaway copy with a lively forum (PORT= changes it)
	@exec $(PY) manage.py demo --port $(PORT)

dev: $(STAMP) ## The same with autoreload and debug pages, for developers
	@DEBUG=true exec $(PY) manage.py serve --dev --port $(PORT)

facilitator: $(STAMP) ## Give a person the right to edit: make facilitator EMAIL=you@example.org
	@$(PY) manage.py make_facilitator $(EMAIL)

# How a command is run on each database that the tests know.
on_sqlite := env DATABASE_URL=
on_postgres := $(PY) -m tests.postgres --

test: $(STAMP) ## Run the tests that take seconds (PYTEST_ARGS= adds options, DATABASE=postgres)
	$(if $(on_$(DATABASE)),,$(error DATABASE is "$(DATABASE)"; give sqlite or postgres))
	@$(PY) manage.py catalogues --compile
	@$(on_$(DATABASE)) $(PY) -m pytest -n 2 $(PYTEST_ARGS)

test-long: ## Run the others: servers killed, restarted, driven at random; axe on every page
	@$(MAKE) test PYTEST_ARGS="-m long $(PYTEST_ARGS)"

bench: $(STAMP) ## Measure what pages, lists, replies and ways in cost (BENCH=pages picks some)
	@$(PY) -m tests.bench $(BENCH)

lint: $(STAMP) ## Check style, licences, catalogues, migrations and deployment settings
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(PY) -m tests.licences
	@$(PY) manage.py catalogues --check
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py check --fail-level WARNING
	@HTTPS=true $(PY) manage.py check --deploy --fail-level WARNING

format: $(STAMP) ## Format the code
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

messages: $(STAMP) ## Bring the five catalogues in locale/ up to date with the source
	@$(PY) manage.py catalogues --update

pictures: $(STAMP) ## Take the pictures of README and docs again (needs a Chromium)
	@PICTURES=docs/pictures $(PY) -m pytest -q tests/browser/test_pictures.py

lock: $(STAMP) ## Lock the requirements of pyproject.toml again
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
	@for name in base dev server; do \
	  case $$name in base) more= ;; dev) more="--group dev" ;; server) more=--all-extras ;; esac; \
	  $(VENV)/bin/uv pip compile pyproject.toml $$more --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/$$name.txt || exit 1; \
	done

clean: ## Remove what the commands above have made, but for var/
	@rm -rf $(VENV) .pytest_cache .ruff_cache staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: install run demo dev facilitator test test-long bench lint format messages pictures lock clean help
