"""Members from a spreadsheet: read, checked as a whole, then brought in as a whole.

Reading (files), what a cell may say (cells, columns) and what it means (plan) are apart.  The rule
of repetition is stated in plan.
"""
