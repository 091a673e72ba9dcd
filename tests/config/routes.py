"""Who gets what at the addresses that belong to no app."""

from tests.routes import everyone

ROUTES = {
    "home": everyone(),
    "leave": everyone(302),
    "schema": everyone(),
    "health_live": everyone(),
    "health_ready": everyone(503),
    "metrics": everyone(404),
    "set_language": everyone(302, method="post", data={"language": "en"}),
}
