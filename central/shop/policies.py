"""A store's rules as its terminals get them."""

from central.shop.models import Store
from kiosk.domain.policy import Language, Policy, SlipPolicy


def of(store: Store) -> Policy:
    """Write the policy of a store."""
    return Policy(
        version=store.policy_version,
        shop_name=store.name,
        language=Language(store.language),
        utc_offset_minutes=store.utc_offset_minutes,
        slip=SlipPolicy(store.slip),
        idle_seconds=float(store.idle_seconds),
        banner=store.banner,
        operator_minutes=float(store.operator_minutes),
        undo_minutes=float(store.undo_minutes),
        checkin_points=store.checkin_points,
        slip_qr=store.slip_qr,
    )
