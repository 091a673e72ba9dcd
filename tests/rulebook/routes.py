"""Who gets what at the addresses of the rulebook: rules are public."""

from tests.routes import everyone, staff

ROUTES = {
    "rulebook:publish": staff("policy_editor"),
    "rulebook:rules": everyone(),
    "rulebook:rule": everyone(404, args=lambda: ["no-such-rule"]),
}
