"""The desk's pages.  A view checks who asks, calls the books through the desk, and shows."""
