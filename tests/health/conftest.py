"""A virtual now."""

import datetime as dt

START = dt.datetime(2026, 3, 1, 2, 30, tzinfo=dt.UTC)
