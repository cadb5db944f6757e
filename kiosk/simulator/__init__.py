"""A kiosk on virtual devices with its own broker and central, to try and to test."""
