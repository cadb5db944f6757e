"""Who may open a page, and which store it is about."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from central.shop.models import Store

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
"""A view: the request comes first, what the address holds after it."""

STORE = "desk_store"
"""Key in the session of the store that is worked in."""


def duty(*names: str) -> Callable[[View[P]], View[P]]:
    """Let only staff through who have one of these duties; others log in, or get 403."""

    def guard(view: View[P]) -> View[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                if request.method == "POST":
                    said = _("Nothing was done: the login had ended. Log in and send it again.")
                    messages.error(request, said)
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            if not user.is_staff or not any(user.has_perm(f"desk.{name}") for name in names):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast(View[P], wraps(view)(guarded))

    return guard


def post_only(back: str, *names: str) -> Callable[[View[P]], View[P]]:
    """Serve what forms send; who comes by GET is led to the page that the form is on.

    So comes whoever had to log in first, or presses Enter in the address bar.  `names` are the
    parts of the address that the page `back` takes too.
    """

    def guard(view: View[P]) -> View[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                return redirect(reverse(back, args=[kwargs[name] for name in names]))
            return require_POST(view)(request, *args, **kwargs)

        return cast(View[P], wraps(view)(guarded))

    return guard


def staff(request: HttpRequest) -> User:
    """Return who asks; call behind `duty` only."""
    return cast(User, request.user)


def current_store(request: HttpRequest) -> Store:
    """Return the store that this session works in: the one chosen, or the first.

    Raises PermissionDenied when there is none yet.
    """
    found = Store.objects.filter(pk=request.session.get(STORE, "")).first()
    found = found or Store.objects.order_by("pk").first()
    if found is None:
        raise PermissionDenied("no store")
    return found
