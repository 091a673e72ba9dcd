"""Who gets what at the addresses that belong to no app."""

from tests.routes import ROLES, everyone, staff

ROUTES = {
    "home": everyone(),
    "leave": everyone(302),
    "how": everyone(),
    "contact": everyone(),
    "safety": everyone(),
    "privacy": everyone(),
    "accessibility": everyone(),
    "security_text": everyone(),
    "style": staff(*ROLES),
    "style_public": staff(*ROLES),
    "schema": everyone(),
    "health_live": everyone(),
    "health_ready": everyone(503),  # no clock beats while tests run
    "metrics": everyone(404),  # without the token of the monitor
    "set_language": everyone(302, method="post", data={"language": "en"}),
}
