"""Devices that behave, for the simulator and the tests.  `kiosk run` never accepts one.

Each implements its port of kiosk/drivers/ports.py and passes that port's contract suite.  Hands
(the simulator, a test) and the owner's thread may call at the same time.
"""
