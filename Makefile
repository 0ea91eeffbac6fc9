# MarginSeg's errands. Everything goes through `swift build`; this file remembers the flags.
.DEFAULT_GOAL := help
.PHONY: help demo build test oldest fuzz sanitize peers bench lint format docs install clean

SHELL := bash
FILTER ?=
ONLY ?=
COUNT ?= 20000
SEED ?= 1
PREFIX ?= /usr/local

# Swift's progress is for a person who watches.
quiet := $(shell test -t 2 || echo --quiet)
program := .build/release/marginseg

help: ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/\1|\2/p' Makefile | awk -F '|' '{ printf "make %-9s %s\n", $$1, $$2 }'

demo: build ## train, compare and report on pictures that are drawn on the spot; the result is in demo/
	@echo "Running the demonstration"
	@$(program) demo --output demo

build: ## install what is missing and build the program, optimised: .build/release/marginseg
	@Scripts/bootstrap
	@echo "Building marginseg$(if $(wildcard $(program)),, (the first build takes some minutes))"
	@swift build -c release --product marginseg $(quiet)
	@swift build -c release --product TorchBinding $(quiet)
	@swift build -c release --product DicomBinding $(quiet)

test: ## build and run the tests; FILTER=LabelDistribution runs those whose name contains it
	@Scripts/bootstrap
	@echo "Building the tests$(if $(wildcard .build/debug),, (the first build takes some minutes))"
	@swift build --build-tests $(quiet)
	@echo "Testing"
	@swift test --skip-build --disable-xctest $(if $(FILTER),--filter "$(FILTER)")

oldest: ## build against the oldest libtorch that is supported, and test that
	@Scripts/oldest-torch

fuzz: ## read damaged files of every format, as many as COUNT says (20000), by the numbers of SEED (1)
	@Scripts/bootstrap
	@swift build -c release --product fuzz $(quiet)
	@.build/release/fuzz $(COUNT) $(SEED)

sanitize: ## read damaged files under the address and thread sanitizers
	@Scripts/sanitize $(if $(filter command line,$(origin COUNT)),$(COUNT),500) $(SEED)

peers: ## install what the tests compare results with: PyTorch, TensorBoard and more, in .peers
	@Scripts/peers

bench: build ## measure speed into Benchmarks/results; ONLY=name measures one thing
	@Benchmarks/run $(ONLY)

lint: ## check format, imports between rooms, the files that git keeps, and the tables of speed
	@echo "Checking the format"
	@swift format lint --strict --parallel --recursive Sources Tests Package.swift
	@echo "Checking who imports whom"
	@Scripts/check-imports
	@echo "Checking the files that git keeps"
	@Scripts/check-files
	@echo "Checking the tables of speed"
	@Benchmarks/page --check

format: ## lay the Swift files out as `make lint` wants them
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

docs: ## write the documentation of the libraries as HTML into .build/docs
	@Scripts/bootstrap
	@Scripts/docs

install: build ## copy the program and the libraries it loads; PREFIX=/usr/local
	@Scripts/install "$(DESTDIR)$(PREFIX)"

clean: ## remove what was built; libtorch stays (it is in .libtorch)
	@echo "Removing .build"
	@rm -rf .build
