# Two commands do everything from a fresh Debian 12 machine with Swift 6.3: `make run` and `make test`.
# Each installs the Debian packages that are missing (as root or through sudo) and builds in release mode.

PACKAGES := libncursesw5-dev libpng-dev libturbojpeg0-dev libopenblas-dev libsqlite3-dev libssl-dev libcurl4
TEST_PACKAGES := tmux libsixel-bin slurm-wlm munge
# Linked statically, Foundation asks for libcurl's development files.
DIST_PACKAGES := dpkg-dev binutils libcurl4-openssl-dev
PREFIX ?= /usr/local
BIN := .build/release/diffss

.PHONY: run test build lint screenshots bench bench-peers bench-networks bench-datasets bench-explorer bench-render fuzz fuzz-short install dist dist-check setup setup-test setup-dist clean

run: build
	@$(BIN) explore --dataset demo

build: setup
	@[ -x $(BIN) ] || echo "building, which takes some minutes the first time"
	@swift build -c release --product diffss

# A few tests at a time: begun all at once, each waits for a thousand others, and none can tell a hang from a busy machine.
test: setup-test
	swift build -c release --build-tests
	@Tests/run

# .swift-format, .editorconfig and the places that repeat the version: seconds.
lint:
	@.ci/lint

# The images of README.md from a session in a real terminal: see CONTRIBUTING.md.
screenshots: build
	@python3 Tools/screenshot.py

bench: build
	@Benchmarks/bench.sh

# Against PyTorch and OpenVINO at full width: see docs/performance.md.
bench-peers: build
	@Benchmarks/bench-peers.sh bench_peers.py 20

# The segmentation networks against PyTorch at their published sizes: likewise.
bench-networks: build
	@Benchmarks/bench-peers.sh bench_networks.py

# Data sets as large as COCO's and PASCAL's training parts: see docs/datasets.md.
bench-datasets: build
	@python3 Benchmarks/large_datasets.py $${TMPDIR:-/tmp}/diffss-large

# How soon the explorer answers a key while it generates, and what it sends: see docs/explorer.md.
bench-explorer: build
	@python3 Benchmarks/bench_explorer.py

# Cells beside those of Debian's chafa, over the same pictures: see docs/pictures.md.
bench-render: build
	@Benchmarks/bench-render.sh

# A million damaged inputs for every parser of files, with the address sanitizer: about half an hour.
fuzz: setup
	swift build -c release --sanitize=address --scratch-path .build-fuzz --product Fuzz
	ASAN_OPTIONS=detect_leaks=0 .build-fuzz/release/Fuzz $(INPUTS) $(SEED)

# 20,000 of them without it, some minutes less the build: what CI runs.
fuzz-short: setup
	swift build -c release --product Fuzz
	.build/release/Fuzz 20000 $(SEED)

install: build
	.ci/install $(BIN) $(DESTDIR)$(PREFIX)

# dist/: a tarball and a Debian package that run without Swift.
dist: setup-dist
	@.ci/dist

# Installs both in a bare Debian 12 and runs them there; needs root and Debian's archive.
dist-check: dist
	@.ci/setup debootstrap
	@.ci/dist-check

setup:
	@.ci/setup $(PACKAGES)

setup-test:
	@.ci/setup $(PACKAGES) $(TEST_PACKAGES)

setup-dist:
	@.ci/setup $(PACKAGES) $(DIST_PACKAGES)

clean:
	swift package clean
