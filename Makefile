# Doorstep. Everything below runs with Go alone; `make` lists the targets.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
GO_MINOR := 26
BIN := $(CURDIR)/bin

# One pinned linter, built through the Go module proxy into ./bin. It is large: about two
# minutes on two cores the first time, nothing after that.
GOLANGCI_VERSION := v2.15.0
GOLANGCI := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)

# The parts of `make test`. Each is a target that installs what it needs, or stops and names
# what is missing; a new kind of test joins by adding its target here.
TEST_PARTS := test-go

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 14

.PHONY: need-go
need-go:
	@command -v $(GO) >/dev/null || { echo "missing: Go 1.$(GO_MINOR) or newer (https://go.dev/dl)" >&2; exit 1; }
	@minor=$$($(GO) env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/'); \
	if [ "$$minor" -lt $(GO_MINOR) ]; then \
		echo "missing: Go 1.$(GO_MINOR) or newer; this is $$($(GO) env GOVERSION)" >&2; exit 1; fi

.PHONY: demo
demo: need-go ## invent a neighbourhood, live a day in it, serve it (ARGS="--once" to stop after)
	$(GO) run . demo $(ARGS)

.PHONY: build
build: need-go ## one static binary in ./dist
	CGO_ENABLED=0 $(GO) build -tags timetzdata -trimpath -ldflags="-s -w" -o dist/doorstep .

.PHONY: test
test: $(TEST_PARTS) ## every test there is

.PHONY: test-go
test-go: need-go
	$(GO) test -count=1 -timeout 20m ./...

.PHONY: race
race: need-go ## the race detector over our own packages (needs a C compiler)
	@command -v gcc >/dev/null || command -v clang >/dev/null || { echo "missing: a C compiler, which the race detector needs" >&2; exit 1; }
	CGO_ENABLED=1 $(GO) test -race -timeout 30m ./internal/...

.PHONY: lint
lint: need-go $(GOLANGCI) ## formatting, go vet, golangci-lint
	@badly=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$badly" ]; then echo "gofmt would change:"; echo "$$badly"; exit 1; fi
	$(GO) vet ./...
	$(GOLANGCI) run ./...

$(GOLANGCI): | need-go
	@echo "building golangci-lint $(GOLANGCI_VERSION), once; about two minutes on two cores"
	@mkdir -p $(BIN)
	GOBIN=$(BIN) GOFLAGS= $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(BIN)/golangci-lint $@

.PHONY: bench
bench: need-go ## beside plain PocketBase and raw SQLite, in one run, as ratios
	$(GO) run ./bench $(ARGS)

# A failing seed prints the command that replays it.
SEEDS ?= 5000
.PHONY: soak
soak: need-go ## the simulator over many seeds (SEEDS=5000)
	DOORSTEP_SEEDS=$(SEEDS) $(GO) test -count=1 -timeout 0 -run '^TestSeeds$$' -v ./internal/sim

FUZZTIME ?= 20s
.PHONY: fuzz
fuzz: need-go ## every fuzz target in turn (FUZZTIME=20s each)
	@grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
		for name in $$(grep -oE '^func Fuzz[A-Za-z0-9_]*' "$$file" | sed 's/^func //'); do \
			echo "== $$name in $$(dirname "$$file")"; \
			$(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1s "$$(dirname "$$file")"; \
		done; done

.PHONY: clean
clean: ## remove what was built here; never data
	rm -rf $(BIN) dist
