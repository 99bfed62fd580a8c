# Two commands do all set-up, on a machine that has Python 3.11 or newer and make:
#
#   make demo    install into .venv and run the connect-four league to its end
#   make test    install what the tests need and run them
#
# To work on the code: make lint, make format, make hooks, make clean.
# To measure: make peers (environments of the other systems), make figures (docs/figures.md, takes an hour), make gpu.
# Another interpreter: make test PYTHON=python3.12. Options for pytest: make test PYTEST_ARGS="-k ratings"; for the figures:
# make figures FIGURES_ARGS="--resume".

PYTHON ?= python3
PYTEST_ARGS ?=
FIGURES_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet --constraint constraints.txt
RECIPE := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint format hooks peers figures gpu clean

help:
	@sed -n '3,$$ { /^#/!q; s/^# \{0,1\}//p; }' Makefile

demo: $(VENV)/.installed
	@$(BIN)/league run connect-four --resume
	@echo
	@echo "The command is $(BIN)/league; to type just league:  source $(BIN)/activate"
	@echo "All commands:  league --help"

test: $(VENV)/.installed-test
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal $(PYTEST_ARGS)

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: $(VENV)/.installed-dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

hooks: $(VENV)/.installed-dev
	@$(BIN)/pre-commit install

peers: .venv-sb3/.installed .venv-jax/.installed

.venv-%/.installed: benchmarks/peers/%.txt
	@$(PYTHON) -m venv .venv-$*
	@echo "Installing $< into .venv-$* ..."
	@.venv-$*/bin/python -m pip --disable-pip-version-check install --quiet --requirement $<
	@touch $@

figures: $(VENV)/.installed
	@$(BIN)/python benchmarks/figures.py $(FIGURES_ARGS)

gpu: $(VENV)/.installed
	@$(BIN)/python benchmarks/gpu.py

# The leagues under mlruns/ are somebody's work and stay.
clean:
	@rm -rf $(VENV) .venv-sb3 .venv-jax build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than what it was made from, so that nothing is installed twice.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed and this is %s; name another one: make PYTHON=python3.12" % sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made $(RECIPE)
	@echo "Installing the league into $(VENV) (minutes the first time, nothing the next) ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.made $(RECIPE)
	@echo "Installing the league and what its tests need into $(VENV) (minutes the first time, nothing the next) ..."
	@$(INSTALL) --editable '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-dev: $(VENV)/.made $(RECIPE)
	@echo "Installing the league and the tools to work on it into $(VENV) (minutes the first time, nothing the next) ..."
	@$(INSTALL) --editable '.[test,dev]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test
