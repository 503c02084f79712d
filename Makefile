# Candor. `make` lists what it can do. There is no step before `make run`.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

PORT ?= 8080

# All that the built app is made of. dist/ is made anew when one of them is newer.
APP_SOURCES := $(wildcard index.html Trunk.toml Cargo.toml Cargo.lock crates/core/Cargo.toml crates/export/Cargo.toml crates/themes/Cargo.toml crates/vault/Cargo.toml scripts/post-build* scripts/release.mjs) \
	$(shell find src crates/core/src crates/export/src crates/themes/src crates/themes/data crates/vault/src public style -type f 2>/dev/null)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: collector ## Serve the kiosk for a trial at 127.0.0.1, PORT 8080 unless given
	@mkdir -p .trial
	@exec target/release/candor-collector serve --trial --listen 127.0.0.1:$(PORT) --store sqlite:.trial/candor.sqlite

.PHONY: test
test: setup-test ## Run every test, and end with how many ran in each part
	@scripts/test.sh

.PHONY: replay
replay: setup-test ## Drive the kiosk with all 3,000 real remarks
	@scripts/test.sh replay

.PHONY: faults
faults: setup-test ## Run the fault suite with its full counts, and write docs/reliability.md (an hour or two, as root)
	@scripts/test.sh faults-full

.PHONY: build
build: dist/index.html ## Build the app, the collector that carries it, and the candor program
	@cargo build --release -p candor-collector -p candor-cli

# What a trial needs, so that `make run` does not wait for the candor program.
.PHONY: collector
collector: dist/index.html
	@cargo build --release -p candor-collector

dist/index.html: $(APP_SOURCES) | setup
	@. scripts/env.sh; wasm_env trunk build --release --offline true
	@touch $@

.PHONY: setup
setup: ## Install what `make run` needs and the machine lacks
	@scripts/setup.sh run

.PHONY: setup-test
setup-test: ## Install what `make test` needs and the machine lacks
	@scripts/setup.sh test

.PHONY: lint
lint: setup-test ## Check formatting and lints
	@scripts/test.sh lint

.PHONY: test-core
test-core: setup-test ## Test the rules, on the host
	@scripts/test.sh core

.PHONY: test-app
test-app: setup-test ## Test the app's code in headless Chromium
	@scripts/test.sh app

.PHONY: test-collector
test-collector: setup-test ## Test the collector, with SQLite and with PostgreSQL
	@scripts/test.sh collector

.PHONY: test-tools
test-tools: setup-test ## Test the candor program: verify, open, keys and back-ups
	@scripts/test.sh tools

.PHONY: test-e2e
test-e2e: setup-test ## Test the whole in Chromium, Firefox and WebKit
	@scripts/test.sh e2e

.PHONY: test-faults
test-faults: setup-test ## Test a little of each fault
	@scripts/test.sh faults

.PHONY: size
size: build ## Show what the first load of the kiosk weighs
	@scripts/size.sh

.PHONY: bench
bench: setup-test ## Run Candor beside its peers, a little of each; BENCH=full takes hours and writes docs/benchmarks.md
	@scripts/test.sh bench

.PHONY: screenshots
screenshots: setup-test build ## Take the screenshots of the documents anew
	@scripts/test.sh screenshots

.PHONY: audit
audit: ## Check the dependencies' licences, sources and advisories (needs cargo-deny and the advisory database's network)
	@cargo deny --version >/dev/null 2>&1 || { echo "audit: cargo-deny is missing; cargo install cargo-deny --locked" >&2; exit 1; }
	@cargo deny --workspace check

.PHONY: clean
clean: ## Remove what was built, keep the tools
	@rm -rf target dist
