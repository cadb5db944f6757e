"""The examination of a terminal: what is wrong, whose it is to mend, and what to do next.

`kiosk doctor` runs it beside or without the daemon; the technician's page runs it in the daemon,
through the workers that own the devices.
"""
