"""The columns of the file: their headings in Chinese and English, and what they are for."""

import dataclasses as dc
import unicodedata


@dc.dataclass(frozen=True, slots=True)
class Column:
    """A column.  A heading is known by either name, or by both in one cell."""

    key: str
    zh: str
    en: str
    example: str | int | float = ""
    second: str | int | float = ""
    note_zh: str = ""
    note_en: str = ""


COLUMNS = (
    Column(
        "phone",
        "电话",
        "phone",
        "10000000000",
        "10000000000",
        "必填；同一电话即同一会员",
        "required; one phone is one member",
    ),
    Column(
        "name",
        "姓名",
        "name",
        "示例会员",
        "",
        "会员的第一行必填",
        "required in a member's first row",
    ),
    Column(
        "tier", "等级", "tier", "银卡", "", "普通、银卡、金卡、钻石", "basic, silver, gold, diamond"
    ),
    Column(
        "principal",
        "本金(元)",
        "principal (yuan)",
        200,
        "",
        "余额只写在一行",
        "balances in one row only",
    ),
    Column(
        "bonus",
        "赠金(元)",
        "bonus (yuan)",
        30.5,
        "",
        "元，最多两位小数",
        "yuan, two digits at most",
    ),
    Column("points", "积分", "points", 320, "", "整数", "whole number"),
    Column("pet", "宠物", "pet", "豆豆", "咪咪", "一行一只", "one a row"),
    Column("size", "体型", "size", "中", "小", "小、中、大", "small, medium, large"),
    Column("warning", "注意事项", "warning", "怕吹风机", "", "给美容师看", "for the groomer"),
    Column("birthday", "宠物生日", "birthday", "2023-05-01", "", "年-月-日", "year-month-day"),
    Column(
        "pass",
        "次卡",
        "pass",
        "洗澡十次卡",
        "",
        "次卡方案的名称或编码",
        "name or code of a pass plan",
    ),
    Column("bought", "剩余购买次数", "bought visits left", 8, "", "整数", "whole number"),
    Column("gift", "剩余赠送次数", "gift visits left", 2, "", "整数", "whole number"),
    Column(
        "valid_until",
        "有效期至",
        "valid until",
        "2027-12-31",
        "",
        "年-月-日；空为方案的天数",
        "year-month-day; empty: the plan's days",
    ),
)

BY_KEY = {column.key: column for column in COLUMNS}


def heading(column: Column) -> str:
    """Write the heading of a column, in both languages."""
    return f"{column.zh} {column.en}"


def of_heading(text: str) -> Column | None:
    """Find the column that a heading names; None for one that is not known."""
    return _known.get(_bare(text))


def _bare(text: str) -> str:
    """Reduce a heading to its letters: no case, spaces, brackets, stars or slashes."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())


_known = {
    _bare(text): column
    for column in COLUMNS
    for text in (column.zh, column.en, column.key, column.zh.partition("(")[0], heading(column))
}
