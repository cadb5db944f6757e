"""The application's start: the groups follow each migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The desk."""

    name = "central.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from central.desk import roles

        # without a sender: after the last app, when every permission exists
        post_migrate.connect(roles.after_migrate, dispatch_uid="desk.roles")
