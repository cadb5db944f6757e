"""Figures as ratios against a baseline in the same run (docs/performance.md): `make bench`."""
