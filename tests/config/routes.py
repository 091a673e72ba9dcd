"""Who gets what at the addresses that belong to no app."""

from tests.routes import everyone

ROUTES = {
    "home": everyone(),
    "leave": everyone(302),
    "set_language": everyone(302, method="post", data={"language": "en"}),
}
