"""The web admin.  Members, goods and staff are edited here; money is only looked at."""

from central.shop.admin import books, goods, members, stores

__all__ = ["books", "goods", "members", "stores"]
