# gametape: `make help` lists what there is to do.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
# Tests run in this many processes; the daemon's tests share one of them, which mostly waits.
WORKERS ?= 3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install -qq --no-compile -c constraints.txt
# Compiled by all cores; pip uses one. A few packages hold files that are no Python 3.
COMPILE := $(BIN)/python -m compileall -qq -j 0 .venv/lib || true
# Processes that tests start read what others compiled, also where Python is told to keep no bytecode.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test every-test test-fast test-cluster coverage lint style types docs benchmarks browser hooks clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready  ## prepare the environment; `.venv/bin/gametape` is the command line

demo: .venv/ready  ## a film through sensor, daemon and assets to a report (VIDEO=path: your film or replay)
	@$(BIN)/gametape demo $(if $(VIDEO),"$(VIDEO)")

dev: .venv/ready  ## the Dagster UI and daemon, everything switched on
	@$(BIN)/gametape dev

test: .venv/ready-test browser style  ## style, types, and every test in three processes (WORKERS=n: in n)
	@$(MAKE) --no-print-directory -j2 types every-test

every-test: .venv/ready-test
	@$(PYTEST)

test-fast: .venv/ready-test  ## tests that take no more than a few seconds each
	@$(PYTEST) -m "not slow and not daemon and not browser and not cluster"

test-cluster: .venv/ready-test  ## films on a real Ray cluster of two nodes, which takes minutes
	@$(BIN)/python -m pytest -n 0 -m cluster tests/orchestration/test_ray.py

coverage: .venv/ready-test browser  ## every test, and which lines none of them reaches; slower than `make test`
	@$(PYTEST) --cov --cov-report=term:skip-covered

lint: style types  ## style, formatting, which package imports which, and types

style: .venv/ready-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

types: .venv/ready-test
	@$(BIN)/mypy

docs: .venv/ready-docs  ## the documentation as a site, in build/site/index.html; fails on a broken link
	@$(BIN)/zensical build --clean --strict
	@echo "open build/site/index.html, or with its search: python3 -m http.server -d build/site 8001"

benchmarks: .venv/ready-test  ## measure speed and memory; prints what docs/benchmarks.md holds
	@$(BIN)/python -m benchmarks

browser: .venv/ready-test  ## a Chromium for the report's tests, if none is here
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else $(BIN)/python -m playwright install chromium; fi

hooks: .venv/ready-test  ## check each commit as it is made (pre-commit)
	@$(BIN)/pre-commit install

clean:  ## forget the environment and everything that was made
	rm -rf .venv .gametape build *.egg-info

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "gametape needs Python 3.11 or newer"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gametape needs Python 3.11 or newer, $(PYTHON) is older: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up .venv (a few minutes the first time: torch is large)"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(INSTALL) -e .
	@$(BIN)/python -m gametape.base.environment
	@$(COMPILE)
	@touch $@

.venv/ready-test: .venv/ready
	@$(INSTALL) -e ".[test]"
	@$(BIN)/python -m gametape.base.environment
	@$(COMPILE)
	@touch $@

# Not through the project's own extra: the site needs neither torch nor Dagster, so it builds in a bare environment too.
.venv/ready-docs: pyproject.toml constraints.txt
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(INSTALL) zensical
	@touch $@
