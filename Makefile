.DEFAULT_GOAL := help
.PHONY: help run test check diagrams schema pictures clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## a kiosk on virtual devices, in the browser
	@scripts/setup run
	@exec .venv/bin/kiosk simulate

test: ## install what the tests need, then run all of them
	@scripts/setup test
	@exec .venv/bin/python -m pytest

check: ## lint, types and import contracts only
	@scripts/setup test
	@exec .venv/bin/python -m pytest tests/architecture

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
