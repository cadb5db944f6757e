"""Configuration in TOML, and small documents that a technician can read."""
