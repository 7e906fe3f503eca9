# make help lists the targets.

BINARY  := target/release/kmd
DATA    ?= ./kmd-data
PREFIX  ?= /usr/local
DESTDIR ?=

# Where rustup puts cargo, for shells that do not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

.DEFAULT_GOAL := build
.PHONY: build run test bench lint capabilities install dist help

build: ## Build the daemon: target/release/kmd
	@scripts/setup.sh build
	cargo build --release --package kmd

run: ## Build and start on DATA (./kmd-data); ARGS="-t 60" passes flags on
	@scripts/setup.sh run
	cargo build --release --package kmd
	@scripts/run.sh $(BINARY) $(DATA) $(ARGS)

test: ## Run all tests, among them two real clients, the examples, and promtool
	@scripts/setup.sh test
	cargo test --workspace
	cargo test --package kmd-wallet --features model --test model
	cargo test --package kmd-wallet --features mutant --test model
	cargo test --package kmd-wallet --features mutant-commit --test model
	cargo test --package kmd-core --features model --test model
	cargo test --package kmd-core --features mutant --test model
	cargo build --release --package kmd
	scripts/sbom.py --package kmd --check $(BINARY) >/dev/null
	tests/clients/run.sh $(BINARY)
	scripts/check-metrics.sh $(BINARY)

bench: ## Load the daemon and print what it does; AGAINST=/path/to/kmd compares
	@scripts/setup.sh build
	cargo build --release --package kmd --package kmd-bench
	target/release/kmd-bench $(if $(AGAINST),--against $(AGAINST)) $(ARGS)

lint: ## Check format, lints, systemd units, and the dependencies' licences and sources
	@scripts/setup.sh build
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	scripts/deny.sh
	scripts/check-units.sh

capabilities: ## Let the built binary lock its memory without a limit (root)
	@scripts/setup.sh capabilities
	@scripts/capabilities.sh $(BINARY)

install: ## Install the built binary into DESTDIR/PREFIX/bin
	@test -x $(BINARY) || { echo "install: $(BINARY) does not exist; 'make build' makes it." >&2; exit 1; }
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/kmd

dist: ## Build what is given to others into target/dist: binaries, package, checksums
	@scripts/setup.sh dist
	scripts/dist.sh

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
