# Two commands need nothing but Python >= 3.11 and make: `make demo` and `make test`.
# The environment is .venv; a stamp per set of extras makes the second run start at once.

VENV := .venv
BIN := $(VENV)/bin
ENVIRONMENT := .ci/environment.py
CONSTRAINTS := .ci/constraints.txt
# Three test processes on two cores: a third of the time a test waits for Step Functions.
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile

# PYTHON=/path/to/python3.12 make test   chooses another interpreter.
find_python = $(shell for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)

.PHONY: help demo test check check-slow attack lint types format bench inspector constraints clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; done

demo: $(VENV)/.has-local ## the pipeline, its failures and the desk, on this machine
	@$(BIN)/bunsui demo

test: $(VENV)/.has-dev ## the tests, each skipped one named
	@$(PYTEST) -m "not slow"

check: lint types test ## what CI runs first: format, lint, types, tests

check-slow: $(VENV)/.has-dev ## the tests that take longer
	@$(PYTEST) -m slow

attack: $(VENV)/.has-dev ## every attack, with and without its defence; what came through
	@$(BIN)/python -m tests.attack

lint: $(VENV)/.has-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.has-dev
	@$(BIN)/mypy

format: $(VENV)/.has-dev ## rewrite the source as the gate wants it
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.has-dev ## what is fast, measured; JSON
	@$(BIN)/python -m bench

inspector: $(VENV)/.has-dev ## every tool through MCP Inspector; needs Node and the network
	@$(BIN)/python .ci/inspector.py

clean: ## remove the environment, the caches and what was built
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/out

constraints: $(VENV)/.has-dev ## pin .ci/constraints.txt to what is installed now
	@{ echo "# The versions the gate last passed with; 'make constraints' writes this file."; \
		$(BIN)/python -m pip freeze --exclude-editable --exclude pip; } > $(CONSTRAINTS)

$(VENV)/.has-local: pyproject.toml $(ENVIRONMENT) $(CONSTRAINTS)
	@$(call install,local)

$(VENV)/.has-dev: pyproject.toml $(ENVIRONMENT) $(CONSTRAINTS)
	@$(call install,local dev)

define install
python="$(find_python)"; \
if [ -z "$$python" ]; then \
	echo "bunsui needs Python 3.11 or newer and found none on the PATH." >&2; \
	echo "Install one (Debian: apt-get install python3 python3-venv) or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
	exit 1; \
fi; \
$$python $(ENVIRONMENT) $(VENV) $(1)
endef
