# gametape: `make help` lists what there is to do.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test test-fast lint browser benchmarks clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/ready  ## prepare the environment; `.venv/bin/gametape` is the command line

demo: .venv/ready  ## a film through sensor, daemon and assets to a report (VIDEO=path: your film)
	@$(BIN)/gametape demo $(if $(VIDEO),"$(VIDEO)")

dev: .venv/ready  ## the Dagster UI and daemon, everything switched on
	@$(BIN)/gametape dev

test: .venv/ready-test browser lint  ## every test
	@$(BIN)/python -m pytest

test-fast: .venv/ready-test  ## tests that take no more than a few seconds each
	@$(BIN)/python -m pytest -m "not slow and not daemon and not browser"

lint: .venv/ready-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

benchmarks: .venv/ready-test  ## measure speed and memory; prints what docs/benchmarks.md holds
	@$(BIN)/python -m benchmarks

clean:  ## forget the environment and everything that was made
	rm -rf .venv .gametape build *.egg-info

.venv/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "gametape needs Python 3.11 or newer"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "gametape needs Python 3.11 or newer, $(PYTHON) is older: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "setting up .venv (a few minutes the first time: torch is large)"
	@test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	@$(PIP) install -qq -c constraints.txt -e .
	@$(BIN)/python -m gametape.base.environment
	@touch $@

.venv/ready-test: .venv/ready
	@$(PIP) install -qq -c constraints.txt -e ".[test]"
	@$(BIN)/python -m gametape.base.environment
	@touch $@

# The browser tests need a Chromium: the one that is here, else Debian's when we may install, else Playwright's own.
browser: .venv/ready-test
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else $(BIN)/python -m playwright install chromium; fi
