# Two commands do everything from a fresh Debian 12 machine with Swift 6.3: `make run` and `make test`.
# Each installs the Debian packages that are missing (as root or through sudo) and builds in release mode.

PACKAGES := libncursesw5-dev libpng-dev libturbojpeg0-dev libopenblas-dev libsqlite3-dev libssl-dev libcurl4
TEST_PACKAGES := tmux
PREFIX ?= /usr/local
BIN := .build/release/diffss

.PHONY: run test build lint bench bench-peers bench-networks bench-datasets bench-explorer fuzz install setup setup-test clean

run: build
	@$(BIN) explore --dataset demo

build: setup
	@swift build -c release --product diffss --quiet

test: setup-test
	swift build -c release --build-tests
	swift test -c release --skip-build

# .swift-format, .editorconfig and the places that repeat the version: seconds.
lint:
	@.ci/lint

bench: build
	@Benchmarks/bench.sh

# Against PyTorch at full width: see docs/performance.md.
bench-peers: build
	@Benchmarks/bench-peers.sh bench_peers.py 20

# The segmentation networks against PyTorch at their published sizes: likewise.
bench-networks: build
	@Benchmarks/bench-peers.sh bench_networks.py

# Data sets as large as COCO's and PASCAL's training parts: see docs/datasets.md.
bench-datasets: build
	@python3 Benchmarks/large_datasets.py $${TMPDIR:-/tmp}/diffss-large

# How soon the explorer answers a key while it paints, and what it sends: see docs/explorer.md.
bench-explorer: build
	@python3 Benchmarks/bench_explorer.py

# A million damaged inputs for every parser of files, with the address sanitizer: about half an hour.
fuzz: setup
	swift build -c release --sanitize=address --scratch-path .build-fuzz --product Fuzz
	ASAN_OPTIONS=detect_leaks=0 .build-fuzz/release/Fuzz $(INPUTS) $(SEED)

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/diffss
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/diffss
	cp -R Assets/. $(DESTDIR)$(PREFIX)/share/diffss/
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(BIN) --generate-completion-script bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/diffss
	$(BIN) --generate-completion-script zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_diffss
	$(BIN) --generate-completion-script fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/diffss.fish

setup:
	@.ci/setup $(PACKAGES)

setup-test:
	@.ci/setup $(PACKAGES) $(TEST_PACKAGES)

clean:
	swift package clean
