"""The tester of routes: which page a URL belongs to, and what other patterns would make of the pages seen."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from heatreel.app.viewer.answers import Answer, Refused, json_bytes, tagged
from heatreel.app.viewer.data import Data
from heatreel.app.viewer.parameters import Parameters
from heatreel.app.viewer.store import Store
from heatreel.core.routes import RouteTable
from heatreel.core.version import DOCUMENT_VERSION

_MOST_GROUPS = 500


def routes(store: Store, asked: Parameters) -> Answer:
    """`/routes`."""
    label = asked.text("capture")
    urls, patterns, query = asked.all("url"), asked.all("pattern"), asked.all("query")
    asked.done()
    for pattern in patterns:
        if not pattern.startswith(("/", "#/", "#!/")):
            raise Refused(400, f"{pattern[:80]!r} must start with /, #/ or #!/", "pattern")
    try:
        data: Data | None = store.data(label)
    except Refused:
        if label:
            raise
        data = None
    own = data.capture.routes if data else RouteTable(store.config.site.routes, store.config.site.query)
    table = RouteTable(patterns or own.routes, query or own.query)
    document = {
        "version": DOCUMENT_VERSION,
        "data": data.token if data else "",
        "routes": list(own.routes),
        "query": list(own.query),
        "tested": [_tested(table, url, data) for url in urls],
        "groups": _groups(table, data) if data else [],
        "toml": _toml(table),
    }
    return tagged(json_bytes(document))


def _tested(table: RouteTable, url: str, data: Data | None) -> dict[str, Any]:
    found = {"url": url, "canonical": "", "page": "", "route": "", "captured": False, "error": ""}
    try:
        page = table.page(url)
        found |= {"canonical": table.canonical(url) if "//" in url else table.path(url), "page": page}
    except ValueError as exc:
        return found | {"error": f"is no URL ({exc})"}
    captured = data is not None and any(key[0] == page for key in data.places)
    return found | {"route": page if page in table.routes else "", "captured": captured}


def _groups(table: RouteTable, data: Data) -> list[dict[str, Any]]:
    """The pages that were captured or seen, as the table would group them, most events first."""
    events: Counter[str] = Counter({key[0]: 0 for key in data.places})
    for record in data.details.get("pages", ()):
        if record.get("page"):
            events[record["page"]] += int(record.get("recorded", 0))
    groups: dict[str, list[str]] = {}
    for page in events:
        # What is a route already stays one: which URLs were behind it is not known any more.
        groups.setdefault(page if page in data.capture.routes.routes else table.page(page), []).append(page)
    found = [
        {"page": name, "pages": pages[:_MOST_GROUPS], "events": sum(events[page] for page in pages)}
        for name, pages in groups.items()
    ]
    return sorted(found, key=lambda one: -int(str(one["events"])))[:_MOST_GROUPS]


def _toml(table: RouteTable) -> str:
    # A JSON text is a TOML text.
    lines = ["[site]", f"routes = [{', '.join(json.dumps(route) for route in table.routes)}]"]
    if table.query:
        lines.append(f"query = [{', '.join(json.dumps(key) for key in table.query)}]")
    return "\n".join(lines) + "\n"
