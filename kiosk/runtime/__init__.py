"""Threads and time: what every shell stands on.  Imports the domain only."""
