"""The desk's small forms.  Amounts are read as integers; no float ever holds money."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from central.books.actions import Reduced
from central.desk import words
from central.desk.importing import cells
from central.desk.models import Choice, Means
from central.shop.choices import PurseKind, Size, Tier
from central.shop.models import Account, Member, PassPlan, Pet, Service, Store, TopUpPlan


class Yuan(forms.CharField):
    """Yuan with at most two digits after the point, read as 分; with `sign`, also below zero."""

    def __init__(self, *, sign: bool = False, **options: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "size": 10}
        super().__init__(widget=forms.TextInput(attrs=attributes), max_length=20, **options)
        self._sign = sign

    def clean(self, value: Any) -> Any:
        """Return 分; None for an empty field that may be empty."""
        text = super().clean(value)
        if not text:
            return None
        minus = self._sign and cells.folded(text)[:1] == "-"
        try:
            amount = cells.yuan(cells.folded(text)[1:] if minus else text)
        except cells.Wrong as e:
            raise forms.ValidationError(f"{text} {e}") from None
        return -amount if minus else amount


class Pick(forms.ModelChoiceField):
    """One of some records, each called by what `label` makes of it; `offer` says which."""

    def __init__(self, model: type[Model], name: Callable[[Any], str], **options: Any) -> None:
        super().__init__(model._default_manager.none(), empty_label=None, **options)
        self._name = name

    def label_from_instance(self, obj: Any) -> str:
        """Call a record."""
        return self._name(obj)


def offer(form: forms.Form, name: str, records: QuerySet[Any]) -> None:
    """Say which records a form's field offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = records


class Reason(forms.CharField):
    """Why: required, and kept with the movement."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=120, label=_("reason"), **options)


class AnyMeans(forms.ChoiceField):
    """How it is paid, or paid back."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("means of payment"),
            choices=Means.choices,
            widget=forms.RadioSelect,
            **options,
        )


def _top_up_plan(plan: Any) -> str:
    bonus = f" + {_('bonus')} {words.money(plan.bonus)}" if plan.bonus else ""
    return words.money(plan.pay) + bonus


def _pass_plan(plan: Any) -> str:
    name = plan.name_zh if words.chinese() else plan.name_en
    gift = f"+{plan.gift}" if plan.gift else ""
    return f"{name} {plan.bought}{gift} · {words.money(plan.price)}"


def _account(account: Any) -> str:
    return f"{words.purse_name(account)} {words.amount(account.posted, account.kind)}"


def service_label(service: Any) -> str:
    """Name a service in the reader's language."""
    return str(service.name_zh if words.chinese() else service.name_en)


class TopUp(forms.Form):
    """充值: a plan and how it is paid."""

    plan = Pick(TopUpPlan, _top_up_plan, label=_("plan"))
    means = AnyMeans()

    def __init__(self, store: Store, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "plan", TopUpPlan.objects.filter(store=store))


class SellPass(forms.Form):
    """次卡: a plan and how it is paid."""

    plan = Pick(PassPlan, _pass_plan, label=_("plan"))
    means = AnyMeans()

    def __init__(self, store: Store, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "plan", PassPlan.objects.filter(store=store))


class OfAccount(forms.Form):
    """A form about one purse of a member; what it counts in decides how an amount is read."""

    account = Pick(Account, _account, label=_("purse"))
    amount = Yuan(label=_("amount"))
    reason = Reason()

    kinds: tuple[PurseKind, ...] = ()

    def __init__(self, member: Member, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        found = Account.objects.filter(member=member, kind__in=self.kinds)
        offer(self, "account", found.select_related("punch_pass").order_by("punch_pass", "kind"))

    def clean(self) -> dict[str, Any]:
        """Turn the amount into units of the purse: yuan into 分, anything else stays whole."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        account, amount = cleaned.get("account"), cleaned.get("amount")
        if account is None or amount is None:
            return cleaned
        if account.kind not in words.MONEY:
            if amount % 100:
                self.add_error("amount", _("This purse counts whole visits or points."))
            cleaned["amount"] = amount // 100
        if cleaned["amount"] == 0:
            self.add_error("amount", _("Nothing would change."))
        return cleaned


class PayOut(OfAccount):
    """退款: what is taken from a purse, and what the member is given back."""

    kinds = (PurseKind.PRINCIPAL, PurseKind.BONUS, PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT)

    paid = Yuan(label=_("paid back, yuan"), required=False)
    means = AnyMeans()
    field_order = ["account", "amount", "paid", "means", "reason"]

    def clean(self) -> dict[str, Any]:
        """Without a figure of its own, what is paid back is the principal taken; else nothing."""
        cleaned = super().clean()
        if cleaned.get("paid") is None and cleaned.get("account") is not None:
            principal = cleaned["account"].kind == PurseKind.PRINCIPAL
            cleaned["paid"] = (cleaned.get("amount") or 0) if principal else 0
        return cleaned


class Adjust(OfAccount):
    """调整: a correction of either sign, with its reason."""

    kinds = tuple(kind for kind in PurseKind if kind not in (PurseKind.SUSPENSE, PurseKind.COUPON))
    amount = Yuan(label=_("change, + or -"), sign=True)


class Redeem(forms.Form):
    """A service for a member without a card."""

    service = Pick(Service, service_label, label=_("service"))
    pet = Pick(Pet, str, label=_("pet"), required=False)

    def __init__(self, store: Store, member: Member, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "service", Service.objects.filter(store=store))
        offer(self, "pet", Pet.objects.filter(member=member).order_by("name"))


class Paying(forms.Form):
    """What pays a service, as the page offered it, and the price that it showed."""

    coupon = forms.CharField(required=False)
    points = forms.IntegerField(required=False)
    reward = forms.CharField(required=False)
    price = forms.IntegerField(required=False)

    def less(self) -> Reduced:
        """Return what lowers the price; for a valid form only."""
        v = self.cleaned_data
        return Reduced(v["coupon"], v["points"] or 0, v["reward"])


class Enrol(forms.Form):
    """A new member, with the first pet."""

    name = forms.CharField(label=_("full name"), max_length=60)
    phone = forms.CharField(
        label=_("phone"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    tier = forms.ChoiceField(label=_("tier"), choices=Tier.choices)
    pet = forms.CharField(label=_("pet's name"), max_length=40, required=False)
    size = forms.ChoiceField(label=_("size"), choices=Size.choices)
    warning = forms.CharField(label=_("warning for the groomer"), max_length=60, required=False)

    def clean_phone(self) -> str:
        """Take the number as its digits; one that a member has already is refused."""
        text = self.cleaned_data["phone"]
        try:
            phone = cells.phone(text)
        except cells.Wrong as e:
            raise forms.ValidationError(f"{text} {e}") from None
        if Member.objects.filter(phone=phone).exists():
            raise forms.ValidationError(_("A member has this phone number already."))
        return phone


class Settle(forms.Form):
    """What is decided about a case, and why."""

    choice = forms.ChoiceField(choices=Choice.choices)
    note = forms.CharField(label=_("note"), max_length=120)


class Upload(forms.Form):
    """The file of an import."""

    file = forms.FileField(label=_("file (.xlsx or .csv)"))


class Day(forms.Form):
    """A local day; today when it is not given."""

    day = forms.DateField(required=False)

    def chosen(self, today: dt.date) -> dt.date:
        """Return the day asked for, or today."""
        return (self.cleaned_data.get("day") or today) if self.is_valid() else today
