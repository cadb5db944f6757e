"""Forms that move what a member has: to another member, or back over the counter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from central.books.transfers import PURSES
from central.desk import people
from central.desk.forms import AnyMeans, OfAccount, Reason, Yuan
from central.shop.models import Member


class Whom(forms.CharField):
    """A member by phone number or name: exactly one must be meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, label=_("to whom: phone or name"), **options)

    def clean(self, value: Any) -> Any:
        """Return the member.  Raises ValidationError for nobody, and for more than one."""
        text = super().clean(value)
        exact = Member.objects.filter(pk=text, merged_into=None)
        found = list(exact or people.find(text)[:2])
        if not found:
            raise forms.ValidationError(_("Nobody is found by this."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several are found; type the whole number."))
        return found[0]


class Give(OfAccount):
    """转给: an amount of a purse for another member."""

    kinds = PURSES
    to = Whom()
    field_order = ["account", "amount", "to", "reason"]


class GivePass(forms.Form):
    """A whole pass for another member."""

    to = Whom()
    reason = Reason()


class Cancel(forms.Form):
    """退卡: end a pass and pay back; `paid` begins with what the rule says."""

    paid = Yuan(label=_("paid back, yuan"))
    means = AnyMeans()
    reason = Reason()


class Merge(forms.Form):
    """合并: whom this record is the same person as."""

    to = Whom()
    reason = Reason()


class Decided(forms.Form):
    """Why, for what cannot be taken back."""

    reason = Reason()
