"""The staff's desk: members, counter sales, cards, exception cases, import and day close.

Beside the admin, with the same login.  It shows the books and moves money through central.books
only; what it keeps itself is who took which payment, who decided a case and what was imported.
"""
