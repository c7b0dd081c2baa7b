# Everything a person needs: `make run` for a working desk, `make test` for the proof.
PYTHON ?= python3
BIN := .venv/bin
PATIENTS ?= 300
SEED ?= 7
DESKS ?= 3
OF ?= 2500
export PYTHONDONTWRITEBYTECODE :=  # a hundred tests start the program: compiled once, each start is a third shorter

.PHONY: run test check env env-test targets test-targets drill rehearsal bench gallery release pins clean

run: env                ## a working desk for the example hospital at http://127.0.0.1:8000
	$(BIN)/python -m fallback example

test: env-test          ## all tests; the browser's are skipped with a sentence where chromium cannot be had
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -rs

check: env-test         ## types, style, what the documents say of the program, what it is made of
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 app.py fallback
	$(BIN)/python -m pytest -q tests/test_house.py tests/test_docs.py tests/test_supply_chain.py
	$(BIN)/python -m tests.supply_chain

targets: env-test       ## the real systems that tests import into, in build/targets; SERVE=1 starts them, on this machine only
	$(BIN)/python -m tests.targets $(if $(SERVE),serve)

test-targets: targets   ## the ways into those systems: GNU Health and its web client, HL7
	$(BIN)/python -m pytest -m systems -rs

env: .venv/run.done     ## the environment that runs

env-test: .venv/test.done ## the environment that tests

drill: env-test         ## an outage rehearsed end to end: PATIENTS=300 SEED=7 DESKS=3
	$(BIN)/python -m fallback drill --patients $(PATIENTS) --seed $(SEED) --desks $(DESKS) --json

rehearsal: env-test     ## the last test, outside CI: stick to closed account, a real browser, 5 desks, 3 days, 3,000 visits; OF=2500 people
	$(BIN)/python -m tests.rehearsal_day --patients $(OF) --seed $(SEED)

bench: env-test         ## every claim beside its peer or its floor
	set -e; for bench in bench/*.py; do $(BIN)/python $$bench; done

release: env-test       ## dist/: a wheel, a source archive and their SHA-256, out of the last commit; the same bytes each time
	$(BIN)/python -m tests.release

gallery: env-test       ## the pictures in docs/gallery, from a real run
	$(BIN)/python -m fallback.rehearsal.gallery docs/gallery/paper
	$(BIN)/python -m tests.web.screens docs/gallery

pins: .venv/bin/python  ## requirements*.txt anew from requirements*.in, with the hashes of every build for every system
	$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	set -e; for list in requirements*.in; do $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate \
	  --python-version 3.11 --custom-compile-command "make pins" $$(case $$list in *rescue*) echo --no-deps;; *more*) echo -c requirements.txt;; esac) $$list -o $${list%.in}.txt; done

clean:                  ## removes the environment; never a data folder
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Parchi needs Python 3.11 or newer; this is " + sys.version) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv

.venv/run.done: requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/test.done: requirements-test.txt requirements.txt | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver) >/dev/null 2>&1; } || \
	  echo "chromium and chromium-driver cannot be installed here: the browser's tests will be skipped, not passed."
	touch .venv/run.done $@
