"""Hardware behind small ports: sans-IO codecs, thin shells, and virtual devices that behave."""
