"""The vocabulary: frozen records, units, one error tree, pricing, events, effects, wire messages.

Nothing here imports another package of this project, reads a clock or does I/O.
"""
