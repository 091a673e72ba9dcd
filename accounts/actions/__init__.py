"""What people and clocks do about accounts, one verb each."""

from accounts.actions.endpoints import (
    add_endpoint,
    choose_events,
    disable_endpoint,
    enable_endpoint,
    note_gone,
    rotate_secret,
    send_waiting,
)
from accounts.actions.factors import (
    approve_factor_reset,
    ask_factor_reset,
    give_demo_factor,
    refuse_factor_reset,
    reset_factor_by_hand,
)
from accounts.actions.forgetting import forget_old
from accounts.actions.passwords import ask_password_link
from accounts.actions.people import (
    accept_invitation,
    change_own_details,
    deactivate,
    empty_user,
    invite,
    reactivate,
    withdraw_invitation,
)
from accounts.actions.platforms import (
    close_platform,
    make_key,
    open_platform,
    reopen_platform,
    revoke_key,
)
from accounts.actions.roles import ask_role, end_role, give_first_role, give_role
from accounts.actions.sessions import begin_session, end_other_sessions, end_session

__all__ = [
    "accept_invitation",
    "add_endpoint",
    "approve_factor_reset",
    "ask_factor_reset",
    "ask_password_link",
    "ask_role",
    "begin_session",
    "change_own_details",
    "choose_events",
    "close_platform",
    "deactivate",
    "disable_endpoint",
    "empty_user",
    "enable_endpoint",
    "end_other_sessions",
    "end_role",
    "end_session",
    "forget_old",
    "give_demo_factor",
    "give_first_role",
    "give_role",
    "invite",
    "make_key",
    "note_gone",
    "open_platform",
    "reactivate",
    "refuse_factor_reset",
    "reopen_platform",
    "reset_factor_by_hand",
    "revoke_key",
    "rotate_secret",
    "send_waiting",
    "withdraw_invitation",
]
