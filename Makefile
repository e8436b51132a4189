# make demo            venv, install, run the baselines, print the board, serve it
# make demo SERVE=0    the same, stopping before the page is served
# make test            venv, install the test tools, lint, types, all tests
# Further extras of pyproject.toml can be added: make test EXTRAS=beir,neural

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8501
SERVE  ?= 1
EXTRAS ?=

comma := ,
BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip install --quiet --disable-pip-version-check
STAMP := $(VENV)/.installed$(subst $(comma),-,$(EXTRAS:%=-%))
MORE  := $(if $(EXTRAS),$(comma)$(EXTRAS))
# beir and neural need torch; asked for by range it would bring several gigabytes of GPU libraries
TORCH := $(if $(findstring beir,$(EXTRAS))$(findstring neural,$(EXTRAS)),torch==2.13.0)

.PHONY: demo test lint format clean

demo: $(STAMP)-app
	$(BIN)/harness demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: $(STAMP)-dev lint
	$(BIN)/python -m pytest

lint: $(STAMP)-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP)-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(STAMP)-%: pyproject.toml constraints.txt | $(BIN)/python
	$(if $(TORCH),$(PIP) -c constraints.txt $(TORCH))
	$(PIP) -c constraints.txt -e '.[$*$(MORE)]'
	@touch $@

clean:
	rm -rf $(VENV) .harness .mypy_cache .ruff_cache .pytest_cache
