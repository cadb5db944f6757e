.DEFAULT_GOAL := help
.PHONY: help run test check crash model chaos soak bench diagrams schema pictures clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## a kiosk on virtual devices, in the browser
	@scripts/setup run
	@exec .venv/bin/kiosk simulate

test: ## install what the tests need, then run all of them, two files at a time
	@scripts/setup test
	@exec .venv/bin/python -m pytest -n 2 --dist loadfile

check: ## lint, types and import contracts only
	@scripts/setup test
	@exec .venv/bin/python -m pytest tests/architecture

crash: ## the journal killed, failed and cut off at every point: half an hour
	@scripts/setup test
	@CRASH_POINTS=1000000 POWER_DISKS=1000000 exec .venv/bin/python -m pytest \
		tests/journal/test_crash.py tests/journal/test_power.py -v -s

model: ## journal, sync and books against plain integers, thousands of days: half an hour
	@scripts/setup test
	@KIOSK_MODEL_EXAMPLES=$${KIOSK_MODEL_EXAMPLES:-2000} KIOSK_MODEL_STEPS=$${KIOSK_MODEL_STEPS:-60} \
		exec .venv/bin/python -m pytest tests/model -v -s

chaos: ## everything killed at random, ten thousand rows, on both databases: quarter of an hour
	@scripts/setup test
	@for database in $${CHAOS_DATABASE:-sqlite postgresql}; do \
		CHAOS_DATABASE=$$database CHAOS_ROWS=$${CHAOS_ROWS:-10000} CHAOS_KILLS=$${CHAOS_KILLS:-120} \
		CHAOS_SEED=$${CHAOS_SEED:-$$(date +%s)} .venv/bin/python -m pytest tests/chaos -s || exit 1; \
	done

soak: ## ten thousand taps with random faults, and what has grown: six to ten minutes
	@scripts/setup test
	@exec .venv/bin/python -m tests.soak --taps $${SOAK_TAPS:-10000} $${SOAK_SEED:+--seed $$SOAK_SEED}

bench: ## measure, against baselines in the same run, and write docs/performance.md
	@scripts/setup test
	@exec .venv/bin/python -m bench

diagrams: ## draw docs/flows.md from the transition table
	@scripts/setup test
	@exec .venv/bin/python -c "from kiosk.flows import diagram, kiosk; print(diagram.markdown(kiosk.TABLE), end='')" > docs/flows.md

schema: ## write docs/protocol.schema.json from the message types
	@scripts/setup test
	@.venv/bin/python -m tests.sync.protocol_schema > .schema.new && mv .schema.new docs/protocol.schema.json

pictures: ## draw docs/screens and docs/roles/pictures from the samples
	@scripts/setup test
	@.venv/bin/python -m tests.render.gallery
	@.venv/bin/python -m tests.docs.pictures

clean: ## remove the environment, caches and build products
	rm -rf .venv .setup.log build *.egg-info .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
