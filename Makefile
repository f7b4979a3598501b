# The newcomer's front door: short names for what CMakePresets.json and scripts/
# do. `make help` lists them.
PREFIX ?= /usr/local
prefix ?= $(PREFIX)
DESTDIR ?=

# Where the release build lies.
BUILD ?= build/release

.PHONY: all bench build check clean coverage demo format help install profile \
  soak uninstall

all: build

build: ## the library and the command, optimised (build/release)
	@command -v cmake >/dev/null || { \
	  echo "CMake is missing: run scripts/install-dependencies.sh build" >&2; \
	  exit 1; }
	cmake --preset release -B $(BUILD)
	cmake --build $(BUILD)

check: ## everything that can be tested; the last line counts
	scripts/install-dependencies.sh check
	scripts/check.sh

demo: ## a relay, a listener and a sender at work on this machine
	scripts/install-dependencies.sh demo
	$(MAKE) build
	scripts/demo.sh

soak: ## looks for defects for hours: scenarios, fuzzing, traffic
	scripts/install-dependencies.sh check
	scripts/soak.sh

coverage: ## which lines and branches the tests reach, by room
	scripts/install-dependencies.sh check
	scripts/coverage.py

bench: ## what it costs, beside HAProxy, Microsoft's SDKs and socat
	scripts/install-dependencies.sh bench
	$(MAKE) build
	BUILD=$(BUILD) scripts/bench.sh

profile: ## where the cycles go (perf, or callgrind)
	scripts/install-dependencies.sh profile
	$(MAKE) build
	BUILD=$(BUILD) scripts/profile.sh

format: ## clang-format over all C files, in place
	scripts/source-files.sh c h | xargs clang-format -i

install: ## into PREFIX (/usr/local), below DESTDIR if set
	test -e $(BUILD)/build.ninja || $(MAKE) build
	DESTDIR='$(DESTDIR)' cmake --install $(BUILD) --prefix '$(prefix)'

uninstall: ## what the last install put there, and nothing else
	DESTDIR='$(DESTDIR)' scripts/uninstall.sh $(BUILD)/install_manifest.txt

clean: ## removes build/
	rm -rf build

help:
	@sed -n 's/^\([a-z]*\):.* ## /\1\t/p' Makefile | expand -t 12
