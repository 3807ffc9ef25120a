# Every check of Weir in a line. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# One build at a time: the Swift compiler already uses every core, and needs its memory.
.NOTPARALLEL:
.PHONY: help deps build run test test-unit test-e2e format lint asan tsan fuzz bench coverage docs install clean

SWIFT ?= swift
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
# A module may import only what Package.swift says that it uses.
BUILD_FLAGS ?= --explicit-target-dependency-import-check error
# A crash under test must end the test, not start a debugger.
export SWIFT_BACKTRACE = enable=no

help: ## list these targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

deps: ## install what is missing of Debian's packages, and check that Swift is there
	@Scripts/deps.sh all

build: ## build the program, optimised, to .build/release/weir
	@Scripts/deps.sh build
	$(SWIFT) build -c release --product weir $(BUILD_FLAGS)

run: ## two throw-away PostgreSQL servers, Weir before them, sessions and their records; Ctrl-C ends it
	@Scripts/deps.sh build run
	$(SWIFT) build -c release --product weir $(BUILD_FLAGS)
	@Scripts/run.sh .build/release/weir

test: ## every test, from nothing: modules first, then the program beside real peers
	@Scripts/deps.sh build run test
	$(SWIFT) build -c release --product weir $(BUILD_FLAGS)
	$(SWIFT) build --build-tests $(BUILD_FLAGS)
	@Scripts/test.sh --skip-build --disable-xctest

test-unit: ## the tests of the modules alone
	$(SWIFT) test --disable-xctest --skip '^EndToEnd\.' $(BUILD_FLAGS)

test-e2e: ## the built program beside real peers alone (FILTER=name picks)
	@Scripts/deps.sh build run test
	$(SWIFT) test --disable-xctest --filter '^EndToEnd\..*$(FILTER)' $(BUILD_FLAGS)

format: ## lay out every Swift file as .swift-format says
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## layout, shell scripts, and the habits of this project
	@Scripts/lint.sh

asan: ## every test under the address sanitizer
	@Scripts/deps.sh build run test
	@Scripts/sanitize.sh address

tsan: ## every test under the thread sanitizer
	@Scripts/deps.sh build run test
	@Scripts/sanitize.sh thread

fuzz: ## fuzz each parser for FUZZ_SECONDS (30); FUZZ_TARGETS picks some
	@Scripts/deps.sh build
	@Scripts/fuzz.sh

bench: ## Weir beside HAProxy, nginx and snprintf: figures, verdicts, docs/benchmarks.md (ROUNDS=3)
	@Scripts/deps.sh build run bench
	$(SWIFT) build -c release --product weir $(BUILD_FLAGS)
	@python3 Benchmarks/run.py --weir .build/release/weir $(if $(ROUNDS),--rounds $(ROUNDS)) $(BENCH_FLAGS)

coverage: ## lines covered by the tests, a file each
	@Scripts/deps.sh build run test
	@Scripts/coverage.sh

docs: ## write the reference pages in docs/ anew from the program's tables
	@Scripts/deps.sh build
	@Scripts/docs.sh

install: build ## install to DESTDIR and PREFIX (/usr/local); run as root
	@Scripts/install.sh "$(DESTDIR)" "$(PREFIX)" "$(SYSCONFDIR)"

clean: ## remove everything that was built
	rm -rf .build .build-*
