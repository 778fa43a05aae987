"""What a page says once, after a redirect, of what was just done: the only ones that a cookie may
name."""

from collections.abc import Mapping

NOTES: Mapping[str, str] = {
    "note.signed_out": "info",
    "note.signed_out_here": "warning",
    "note.check_and_send": "warning",
    "note.choose_again": "warning",
    "note.not_kept": "warning",
    "note.request_sent": "success",
    "note.already_sent": "info",
    "note.resent": "success",
    "note.cancelled": "success",
    "note.already_decided": "info",
    "note.no_permission": "error",
    "note.no_program": "error",
    "note.not_in_list": "error",
    "note.activated": "success",
    "note.activated_already": "info",
    "note.activated_before": "warning",
    "note.permissions_saved": "success",
    "note.permissions_same": "info",
    "note.link_ended": "success",
    "note.link_ended_before": "info",
    "note.form_registered": "success",
    "note.form_gone": "warning",
}
"""By key of the catalogue, the kind of notice."""
