"""The API's documentation as a page of our own: the usual viewers need inline styles, which the CSP refuses."""

import json
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.web.audience import open_to
from app.web.dependencies import account
from app.web.rendering import render

router = APIRouter(include_in_schema=False, dependencies=[Depends(account)])


@router.get("/api/docs")
@open_to("anyone")
def documentation(request: Request) -> Response:
    schema = request.app.openapi()
    return render(
        request, "api/index.html", {"endpoints": endpoints(schema), "version": schema["info"]["version"]}
    )


def endpoints(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Each endpoint with an example that can be run from the page."""
    found = []
    for path, methods in schema["paths"].items():
        for method, described in methods.items():
            body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
            found.append(
                {
                    "id": described["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "address": path.replace("{slug}", "fcn-parameter-count"),
                    "summary": described.get("summary", ""),
                    "description": described.get("description", ""),
                    "example": example(body, schema) if body else None,
                }
            )
    return found


def example(body: dict[str, Any], schema: dict[str, Any]) -> str:
    described = body["schema"]
    if reference := described.get("$ref"):
        described = schema["components"]["schemas"][reference.rsplit("/", 1)[1]] | described
    examples = body.get("examples") or described.get("examples") or [{}]
    first = examples[0] if isinstance(examples, list) else next(iter(examples.values()))["value"]
    return json.dumps(first, ensure_ascii=False)
