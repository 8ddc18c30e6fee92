PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait for servers and processes of theirs: one more at a time than there are cores.
WORKERS ?= $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
PYTEST = $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: demo test test-site test-lowest test-pythons test-faults coverage mutate lint bench bench-quality soak fuzz lock clean

# What users run: the locked versions and nothing else.
$(VENV)/.installed: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "spacenews needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

# What the tests and checks need on top.
$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: $(VENV)/.installed
	$(BIN)/scrapy demo

test: $(VENV)/.installed-dev
	$(PYTEST)

# After a change of a site file: its rules and its saved pages, in seconds.
test-site: $(VENV)/.installed-dev
	$(if $(SITE),,$(error name a site: make test-site SITE=example_space))
	$(BIN)/python -m pytest -q --tb=short tests/test_sites.py --site $(SITE)

# The lowest versions that pyproject.toml allows: they want an environment of their own.
test-lowest: $(VENV)/.installed-dev
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(VENV)-lowest
	$(BIN)/uv pip install --quiet --python $(VENV)-lowest/bin/python --resolution lowest-direct \
		-r pyproject.toml --extra dev
	$(VENV)-lowest/bin/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Each Python that pyproject.toml names and this machine has, pyenv's too.
test-pythons:
	for version in 3.11 3.12 3.13; do \
		python=$$(ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version*/bin/python3 2>/dev/null | head -n 1); \
		python=$${python:-python$$version}; \
		if ! $$python -c 'import venv' 2>/dev/null; then echo "Python $$version is not on this machine"; continue; fi; \
		$(MAKE) test PYTHON=$$python VENV=$(VENV)-$$version || exit 1; \
	done

test-faults: $(VENV)/.installed-dev
	$(PYTEST) --dist load -m faults --override-ini addopts=

# All tests, those of test-faults too, and which lines they never reach. Minutes.
coverage: $(VENV)/.installed-dev
	$(PYTEST) --override-ini addopts= --cov --cov-report=term

# Which changes of these pure modules would no test notice? Minutes; MODULES=spacenews/urls.py for one of them.
MODULES ?= spacenews/urls.py spacenews/runs/health_checks.py spacenews/storage/schedule.py \
	$(addprefix spacenews/extraction/,bylines.py captions.py dates.py text.py)
mutate: $(VENV)/.installed-dev
	$(BIN)/python tools/mutate.py $(MODULES)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner off -r requirements.lock

bench: $(VENV)/.installed-dev
	PYTHONPATH=$(CURDIR):$(CURDIR)/tools $(BIN)/python benchmarks/crawl.py

# The peers want older versions of what we use: they get an environment of their own.
bench-quality: $(VENV)/.installed-dev
	test -x $(VENV)-bench/bin/python || $(PYTHON) -m venv $(VENV)-bench
	$(BIN)/uv pip install --quiet --python $(VENV)-bench/bin/python -r pyproject.toml --extra bench
	PYTHONPATH=$(CURDIR):$(CURDIR)/tools $(VENV)-bench/bin/python benchmarks/quality.py

# A month of scheduled runs of a site that lives, for each of three seeds: minutes.
SEEDS ?= 1 2 3
DAYS ?= 30
soak: $(VENV)/.installed-dev
	PYTHONPATH=$(CURDIR):$(CURDIR)/tests:$(CURDIR)/tools:$(CURDIR)/benchmarks \
		$(BIN)/python benchmarks/soak.py --examples --days $(DAYS) --seeds $(SEEDS)

# Seconds for each target; the test suite takes a fraction of one.
FUZZ_SECONDS ?= 60
fuzz: $(VENV)/.installed-dev
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m pytest -q tests/fuzz

# After a change of dependencies: exact versions with hashes, for every platform; a worker has those that are tested. The
# extras are kept, since pip would otherwise look for a newer `coverage[toml]` than the `coverage` that is locked, and
# refuse it for want of a hash.
lock: $(VENV)/.installed-dev
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --no-strip-extras -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --no-strip-extras --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --no-strip-extras --extra cluster --extra cloud -c requirements-dev.lock \
		-o requirements-cluster.lock pyproject.toml

clean:
	rm -rf $(VENV) $(VENV)-* build .pytest_cache .mypy_cache .ruff_cache .hypothesis
