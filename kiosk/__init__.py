"""The kiosk daemon: reads member cards, takes visits and stored value, shows, prints, syncs."""

__version__ = "0.1.0"
