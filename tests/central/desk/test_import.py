"""Import: every fault by its cell, all or nothing, and twice is once."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from central.books import actions
from central.desk.importing import cells, plan, template
from central.desk.importing.columns import COLUMNS
from central.desk.importing.coming import Plan
from central.desk.models import Upload
from central.shop.models import Entry, Member, Movement, Pass, Pet, Store
from tests.central.books import assert_sound
from tests.central.desk.conftest import Login
from tests.central.till import NOW

HEAD = (
    "电话",
    "姓名",
    "等级",
    "本金(元)",
    "赠金",
    "积分",
    "宠物",
    "体型",
    "次卡",
    "剩余购买次数",
    "有效期至",
)
MIDNIGHT = dt.datetime(2027, 5, 1)  # noqa: DTZ001  a spreadsheet's days know no time zone
GOOD: list[Sequence[object]] = [
    (
        *(13912345678.0, " 吴　新 ", "银卡", 200.1, "３０．５", 12),
        *("点点", "小", "bath-10", 8.0, MIDNIGHT),
    ),
    (
        *("139 1234 5678", None, None, None, None, None),
        *("花花", "large", "洗澡十次卡", "2", "2027年5月1日"),
    ),
    ("+86 13800000101", "王小明", None, "¥1,000.00", None, None, "豆豆", "中", None, None, None),
]


def xlsx(*rows: Sequence[object], head: Sequence[object] = HEAD) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (head, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(*rows: Sequence[object], head: Sequence[object] = HEAD) -> str:
    return "\r\n".join(",".join("" if c is None else f'"{c}"' for c in r) for r in (head, *rows))


def check(content: bytes) -> Plan:
    return plan.check(Store.objects.get(), "x.xlsx", content)


def bring_in(content: bytes) -> Plan:
    return plan.bring_in(Store.objects.get(), "x.xlsx", content, NOW.date())


def places(content: bytes) -> list[str]:
    return [fault.place for fault in check(content).faults]


def counts() -> list[int]:
    models = (Member, Pet, Pass, Movement, Entry)
    return [model._default_manager.count() for model in models]


def balance(name: str, kind: str) -> int:
    accounts = Member.objects.get(name=name).accounts.filter(kind=kind)
    return sum(account.posted for account in accounts)


def test_what_excel_writes_is_read_to_the_last_fen() -> None:
    done = bring_in(xlsx(*GOOD))
    assert done.counts() == {
        "members": 1, "pets": 2, "passes": 2, "visits": 10,
        "principal": 120_010, "bonus": 3_050, "points": 12, "unchanged": 0,
    }  # fmt: skip
    member = Member.objects.get(phone="13912345678")
    assert (member.name, member.tier) == ("吴 新", "silver")
    assert {pet.name: pet.size for pet in member.pets.all()} == {"点点": "small", "花花": "large"}
    assert {sold.valid_until for sold in member.passes.all()} == {dt.date(2027, 5, 1)}
    assert balance("吴 新", "principal") == 20_010
    assert balance("吴 新", "bonus") == 3_050
    assert balance("王小明", "principal") == 120_000, "a member who was there keeps the rest"
    assert Movement.objects.filter(kind="import").count() == 1
    assert_sound()


def test_twice_is_once_whatever_was_spent_since() -> None:
    bring_in(xlsx(*GOOD))
    principal = Member.objects.get(name="吴 新").accounts.get(kind="principal")
    actions.move("s1", {principal.pk: -5_000}, "refund", "x")
    Member.objects.filter(name="吴 新").update(phone="13900000009")
    before = counts()
    again = bring_in(xlsx(*GOOD))
    assert (counts(), again.coming) == (before, [])
    assert balance("吴 新", "principal") == 15_010


def test_two_equal_passes_of_one_member_are_two() -> None:
    row = ("13912345678", "吴新", None, None, None, None, None, None, "bath-10", 5, None)
    for _ in range(2):
        bring_in(xlsx(row, row))
        assert Pass.objects.filter(member__name="吴新").count() == 2


def test_a_dry_run_changes_nothing() -> None:
    before = counts()
    assert not check(xlsx(*GOOD)).faults
    assert counts() == before


FAULTS: list[tuple[int, object, str]] = [
    (0, "1.39E+10", "科学计数"),
    (0, "139123", "11 位"),
    (0, "abc", "不是电话号码"),
    (0, None, "没有填写"),
    (1, None, "没有填写"),
    (1, "x" * 61, "太长"),
    (1, "a\x07b", "无法显示"),
    (2, "白金", "不是以下之一"),
    (3, -1, "小于零"),
    (3, 1.005, "小数超过两位"),
    (3, "1,00", "不是数字"),
    (3, True, "不是数字"),
    (3, "=1+1", "公式"),
    (3, MIDNIGHT, "不是数字"),
    (3, 10**14, "太大"),
    (5, 1.5, "不是整数"),
    (6, None, "缺少对应"),
    (7, None, "没有填写"),
    (8, "美容卡", "不是次卡方案"),
    (9, None, "没有填写"),
    (10, "2027-02-30", "日历上没有"),
    (10, 46000, "不是日期"),
]


@pytest.mark.parametrize(("column", "value", "said"), FAULTS)
def test_a_fault_is_told_by_its_cell_and_stops_everything(
    column: int, value: object, said: str
) -> None:
    row = ["13912345678", "吴新", "金", 1, 1, 1, "点点", "小", "bath-10", 8, "2027/5/1"]
    row[column] = value
    if value == "a\x07b":
        content = text(GOOD[2], row).encode()
    else:
        content = xlsx(GOOD[2], row)
    found = check(content)
    assert any(f.row == 3 and said in f.text for f in found.faults), found.faults
    before = counts()
    with pytest.raises(plan.Refused):
        bring_in(content)
    assert counts() == before


def test_all_faults_come_at_once_in_the_readers_language() -> None:
    rows = [("x", "甲", "白金", -1), ("13912345678", "乙", None, "=A1")]
    with translation.override("en"):
        found = check(xlsx(*rows)).faults
        (unknown,) = check(xlsx(head=("电话", "姓名", "颜色"))).faults
    assert "known are phone, name, tier, principal (yuan), " in unknown.text
    assert [f.place for f in found] == ["A2", "C2", "D2", "D3"]
    assert "is not a phone number" in found[0].text
    assert found[3].text == "“=A1” is a formula; put its value instead"


def test_faults_between_rows() -> None:
    rows = [
        ("13912345678", "吴新", "金", 5),
        ("13912345678", "吴旧", "银", 6),
        ("13800000101", "王大明"),
    ]
    assert places(xlsx(*rows)) == ["B3", "C3", "D3", "B4"]


def test_another_opening_balance_is_no_correction() -> None:
    bring_in(xlsx(("13912345678", "吴新", None, 5)))
    assert places(xlsx(("13912345678", "吴新", None, 6))) == ["D2"]


@pytest.mark.parametrize(
    ("head", "place"),
    [
        (("电话", "姓名", "颜色"), ["C1"]),
        (("电话", "姓名", "姓名"), ["C1"]),
        (("姓名", "等级"), ["1"]),
        (("PHONE *", "Name / 姓名"), ["B1"]),
        (("phone", "name", ""), []),
        (("电话 phone", "姓名 name"), []),
    ],
)
def test_headings(head: Sequence[str], place: list[str]) -> None:
    found = places(xlsx(("13912345678", "吴新"), head=head))
    assert (found == place) or (head[0] == "PHONE *" and "1" in found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_of_the_field(encoding: str) -> None:
    row = ("13912345678", "吴新", "钻石", "12.3", "", "", "㙍㙍", "中", "", "", "")
    done = bring_in(text(row).encode(encoding))
    assert done.counts()["principal"] == 1_230
    assert Pet.objects.get(member__name="吴新").name == "㙍㙍"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 no archive",
        b"\xd0\xcf\x11\xe0 old",
        b"\xff\xff\xff\x81",
        b"a\0b",
        b"x" * 5_000_001,
        xlsx(*GOOD)[:-200],
    ],
    ids=["empty", "broken", "xls", "bytes", "null", "large", "cut"],
)
def test_what_cannot_be_read_is_one_fault(content: bytes) -> None:
    assert len(check(content).faults) >= 1


def test_a_small_file_does_not_unfold_into_a_huge_one() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 100_000_001)
    assert "太大" in check(out.getvalue()).faults[0].text


def test_the_template_is_current_and_its_examples_are_not_imported() -> None:
    with (
        zipfile.ZipFile(template.FILE) as stored,
        zipfile.ZipFile(io.BytesIO(template.write())) as made,
    ):
        for name in made.namelist():
            assert stored.read(name) == made.read(name), "run: -m central.desk.importing.template"
    assert set(places(template.FILE.read_bytes())) == {"A2", "A3"}
    book = openpyxl.load_workbook(template.FILE)
    head = [cell.value for cell in next(book.worksheets[0].iter_rows(max_row=1))]
    assert len(head) == len(COLUMNS)


def test_numbers_never_become_floats() -> None:
    assert cells.yuan(0.1 + 0.2) == 30
    assert cells.yuan(1.15) == 115
    assert cells.yuan(4.35) == 435


@pytest.fixture
def client(login: Login) -> Client:
    return login("owner")


def test_the_page_previews_then_imports(client: Client) -> None:
    address, before = reverse("desk:import"), counts()
    file = SimpleUploadedFile("会员.xlsx", xlsx(*GOOD))
    page = client.post(address, {"file": file}).content.decode()
    assert "13912345678" in page
    assert counts() == before
    upload = Upload.objects.get()
    client.post(reverse("desk:confirm", args=[upload.pk]))
    assert Member.objects.filter(phone="13912345678").exists()
    assert not Upload.objects.exists()
    movement = Movement.objects.get(kind="import")
    assert movement.user is not None
    assert (movement.user.username, movement.reason) == ("owner", "会员.xlsx")
    page = client.post(
        address, {"file": SimpleUploadedFile("2.xlsx", xlsx(*GOOD))}
    ).content.decode()
    assert "文件里没有新内容" in page


def test_the_page_lists_faults_and_offers_nothing(client: Client) -> None:
    file = SimpleUploadedFile("x.csv", text(("1", "甲")).encode("gb18030"))
    page = client.post(reverse("desk:import"), {"file": file}).content.decode()
    assert "<td>A2</td>" in page
    assert not Upload.objects.exists()


def test_an_upload_is_its_owners(client: Client) -> None:
    client.post(reverse("desk:import"), {"file": SimpleUploadedFile("x.xlsx", xlsx(*GOOD))})
    Upload.objects.update(user=User.objects.create_superuser("other"))
    assert client.post(reverse("desk:confirm", args=[Upload.objects.get().pk])).status_code == 404
