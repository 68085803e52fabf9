# `make` alone says what there is.
.DEFAULT_GOAL := help
.PHONY: help run test soak lint bench bench-fraud fuzz mutants coverage setup
SHELL := /bin/bash

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: ## build the window and open it (PROFILE=release for what would be shipped)
	@scripts/run.sh

test: ## every test: interface, crates, whole system, window
	@scripts/test.sh

soak: ## random lives and storms for MINUTES=10, from new seeds
	@scripts/soak.sh $(MINUTES)

lint: ## layout, lints, licences, types
	@scripts/lint.sh

bench: ## the numbers to hold, measured on this machine (QUICK=1 for less of each)
	@scripts/setup.sh bench
	@cargo run --release -p purser-bench -- $(if $(QUICK),--quick)

bench-fraud: ## what the fraud baseline is worth, beside PyOD (FRAUD_DATA=file, SEEDS=1,2,3)
	@scripts/bench-fraud.sh

fuzz: ## look for inputs that break a reader of hostile bytes (MINUTES=10 in all, TARGET=name)
	@scripts/fuzz.sh

mutants: ## change engine and ledger, and list what no test notices (CRATE=ledger, FILES="tree.rs", SHARD=1/8)
	@scripts/mutants.sh

coverage: ## which lines of domain, engine and ledger their own tests run
	@scripts/coverage.sh

setup: ## install what running and testing need, and nothing else
	@scripts/setup.sh test
