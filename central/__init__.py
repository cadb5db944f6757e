"""Reference central store system: the books, the web admin and the sync with the kiosks."""
