# What a developer and CI run; `make help` lists it. Everything is built in one target directory.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Each step uses all cores by itself, and their order is meant.
.NOTPARALLEL:

# RELEASE=1 builds optimised; ARGS go to the command that a target is about.
PROFILE := $(if $(RELEASE),release,dev)
TARGET_DIR := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
TINYBUG := $(TARGET_DIR)/$(if $(RELEASE),release,debug)/tinybug
# CI must not resolve dependencies anew.
LOCKED := $(if $(CI),--locked)

DEMO_PROJECT := samples/python-cart
export TINYBUG_DATA_DIR ?= $(CURDIR)/.cache/demo

.PHONY: help
help: ## List the targets.
	@echo "Tinybug: make <target>"
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: setup
setup: ## Get and build everything that demo and test need, so that they start at once.
	@scripts/preconditions build services demo
	@echo "==> dependencies"
	@cargo fetch $(LOCKED)
	@echo "==> cargo-deny"
	@scripts/ensure-cargo-deny
	@$(MAKE) binary
	@echo "==> PostgreSQL and Temporal (the first time takes some minutes)"
	@scripts/with-fresh-services $(TINYBUG) true
	@echo "Ready: make demo, make test"

.PHONY: demo
demo: ## Measure a sample project, print its score, serve the result. ARGS=--once: do not serve.
	@scripts/preconditions build services demo
	@$(MAKE) binary
	@echo "==> measuring $(DEMO_PROJECT)"
	@$(TINYBUG) try $(DEMO_PROJECT) $(filter-out --once,$(ARGS))
	@$(if $(filter --once,$(ARGS)),true,echo "==> serving (Ctrl-C stops)" && exec $(TINYBUG) dev)

.PHONY: test
test: check tests fresh ## All that CI runs: check, then every test with real PostgreSQL and Temporal.
	@echo "==> tests"
	@env -u TINYBUG_DATA_DIR scripts/with-fresh-services $(TARGET_DIR)/debug/tinybug \
	  cargo test $(LOCKED) $(or $(ARGS),--workspace)

.PHONY: check
check: ## Formatting, lints, licences and dependency fences.
	@scripts/preconditions build
	@echo "==> formatting"
	@cargo fmt --all --check || { echo "Run make fmt."; exit 1; }
	@echo "==> lints"
	@cargo clippy $(LOCKED) --quiet --workspace --all-targets -- -D warnings
	@echo "==> dependencies"
	@deny=$$(scripts/ensure-cargo-deny) \
	  && $$deny --log-level error --exclude-dev check bans \
	  && $$deny --log-level error check licenses sources

.PHONY: fmt
fmt: ## Format the code.
	@cargo fmt --all

.PHONY: gen
gen: binary ## Write generated files anew: docs/api/openapi.json and the query descriptions in .sqlx.
	@mkdir -p docs/api
	@$(TINYBUG) openapi > docs/api/openapi.json
	@env -u TINYBUG_DATA_DIR scripts/with-fresh-services $(TINYBUG) \
	  scripts/prepare-queries

.PHONY: bench
bench: ## Run the benchmarks, optimised. ARGS choose, for example ARGS="-p tinybug-mutate".
	@scripts/preconditions build
	@cargo bench $(LOCKED) --benches $(or $(ARGS),--workspace)

.PHONY: clean
clean: ## Remove what was built and the demo's data. Downloaded parts stay in the user's cache.
	@cargo clean --quiet
	@rm -rf .cache web/dist

# The bins of the whole workspace: built alone, the binary would get dependencies with other features, compiled once more.
.PHONY: binary
binary:
	@echo "==> building tinybug ($(PROFILE))"
	@cargo build $(LOCKED) --workspace --bins --profile $(PROFILE)

# Builds the binary too, with the very dependencies that the tests are built with.
.PHONY: tests
tests:
	@scripts/preconditions build services demo
	@echo "==> building the tests"
	@cargo test $(LOCKED) --quiet --workspace --no-run

.PHONY: fresh
fresh: tests
	@echo "==> generated files"
	@diff -u docs/api/openapi.json <($(TARGET_DIR)/debug/tinybug openapi) \
	  || { echo "docs/api/openapi.json is stale: run make gen and commit the result."; exit 1; }
