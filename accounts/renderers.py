"""How answers of the API are written. Apart from its errors, whose module the views cannot wait for."""

from typing import Any

from rest_framework.renderers import JSONRenderer

MEDIA_TYPE = "application/problem+json"


class ProblemRenderer(JSONRenderer):
    """JSON whose errors say that they are problem details."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and getattr(response, "is_problem", False):
            response.content_type = MEDIA_TYPE
            response["Content-Type"] = MEDIA_TYPE
        return super().render(data, accepted_media_type, renderer_context)
