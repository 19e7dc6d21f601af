"""`heatreel init`: writes a commented `heatreel.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.talk import say

TEMPLATE = """\
# Heatreel's configuration. All keys are optional; unknown ones are refused. Lengths are CSS px.
# ${NAME} in a header, cookie, password or typed text is taken from the environment and never written down.

[site]
# Name of the site in the workspace.
name = "default"
# Families of URLs that are one page: {slug} stands for one part of a path, {path...} for all that follow.
routes = [
    # "/product/{slug}",
]
# Query keys that make another page. All others are dropped.
query = []
# Origins whose pages may send events, such as "https://shop.example"; none: any.
origins = []
# Key in the snippet; left out, one is made.
write_key = ""
# Days after which events and films are erased; 0 keeps them.
retention_days = 90
film_days = 30
# Batches a second that one address, and one key, may send; 0 is the collector's own bound.
rate_per_address = 0
rate_per_key = 0
# Addresses of proxies whose X-Forwarded-For is believed.
proxies = []

[capture]
# What `heatreel capture` without a URL captures; the first whole, further ones may be paths.
urls = [
    # "https://example.org/", "/shop",
]
# "auto" reads the sitemaps of robots.txt or /sitemap.xml as well; or the URL of one.
sitemap = ""
# NAME=WxH[@DPR][,touch]. Left out: desktop=1440x900, tablet=820x1180,touch and mobile=390x844,touch.
# viewports = ["desktop=1440x900", "mobile=390x844@2,touch"]
# CSS selectors of what must not be seen (hide) or read (mask).
hide = []
mask = []
# CSS selector that must be there before the page counts as settled.
wait_for = ""
# At most so many states of each page and viewport, and actions in a row.
max_states = 40
depth = 2
# At most so many pages, found by links within the site.
max_pages = 20
# Seconds of a page and viewport; each thing tried and each state found adds to them.
page_seconds = 10
# At most so many page loads a second of each host.
rate = 10
# A browser that holds more MB is started anew.
memory_mb = 1500
# Do not tell pages that the browser is automated. Some consent banners hide from browsers that say so.
as_visitor = false
# Refuse addresses of this machine and of private networks, whatever leads there.
public_only = false
# How pages are shown: scheme light, dark or no-preference; media screen or print; high-contrast colours; the time
# that their clock says, such as "2026-03-01T12:00" (empty: the real one).
scheme = "light"
media = "screen"
forced_colors = false
clock = ""
# Getting in. Nothing of this is written to the workspace, and nothing is sent to another site.
storage_state = ""
headers = {}
cookies = {}

# [capture.credentials]
# user = "me"
# password = "${SITE_PASSWORD}"

# [capture.login]
# url = "/login"
# steps = [
#     { action = "type", selector = "#user", value = "me" },
#     { action = "type", selector = "#password", value = "${SITE_PASSWORD}" },
#     { action = "click", selector = "button[type=submit]" },
# ]
# until = ".account"

# A state by hand: the steps that lead there from a fresh visit of the page. Actions: click, hover, scroll, wait (until
# the selector is there), type, select, press (value: the key), route (value: the URL).
# [[capture.states]]
# name = "Search results"
# page = "/shop"
# viewports = ["desktop"]
# recipe = [
#     { action = "type", selector = "#search", value = "boots" },
#     { action = "press", value = "Enter" },
#     { action = "wait", selector = ".results" },
# ]

# An arm of a test, by the name that the recorder reports, and how to be shown it. Pages: none means all.
# [[capture.variants]]
# name = "b"
# pages = ["/"]
# cookies = { arm = "b" }
# headers = {}
# query = {}
# local_storage = {}
# rule = ".hero-b"

[verify]
# Least % of the clicks of BASE that still land; % of a page's clicks that makes an element hot; with fewer clicks on a
# page and viewport, heat does not lower a severity; least % of visits that must scroll as far as what was shown at
# first; least side of a target on touch viewports (24 or 44).
survival = 90
hot = 2
min_clicks = 50
seen = 80
target_px = 24
# Most % of a picture that may look different; left out, pictures are not compared.
# look = 1
# What makes `heatreel verify` fail: severities (error, warning, info), rules, or none.
fail_on = ["error"]
# Rules set to another severity, or off.
# severity = { target_size = "off" }

# Calls to action by name, selector, #id or .class (left out, they are found by role, style and size), and what is
# reached: of page, event and click say one; value is what one is worth, in a unit of your own.
# [insights]
# calls = ["#buy"]
# [[insights.goals]]
# name = "order"
# page = "/thanks"                  # or event = "NAME", or click = "#buy"
# value = 40.0
"""


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")] = Path("heatreel.toml"),
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write a commented heatreel.toml."""
    from heatreel.core.blobs import write_atomic
    from heatreel.core.errors import InputError

    if file.exists() and not force:
        raise InputError(f"{file}: is there already; --force writes over it")
    write_atomic(file, TEMPLATE.encode())
    say(f"wrote {file}")
