"""The application's start: labels, and the signals that keep the directory's versions."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    """The shop."""

    name = "central.shop"
    label = "shop"
    verbose_name = _("Shop")

    def ready(self) -> None:
        from central.shop import signals

        signals.connect()
