"""The staff's desk, and the web admin beside it."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

admin.site.site_header = _("Pet shop central system")
admin.site.site_title = _("Central system")
admin.site.site_url = "/desk/"
admin.site.index_title = _("Members, money, terminals")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="desk:home")),
    path("desk/", include("central.desk.urls")),
    path("admin/", admin.site.urls),
]
