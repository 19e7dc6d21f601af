"""Programs that load pages and say so in their user agent: search engines, link previews, checks of uptime."""

from __future__ import annotations

import re
from functools import lru_cache

# After the lists of matomo-org/device-detector and Plausible: these words are in the agents of all that name
# themselves. A browser driven by a program (headless too) is no crawler: the recorder marks it as synthetic.
_WORDS = re.compile(
    rb"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|archiver|facebookexternalhit|embedly|preview|lighthouse|pagespeed"
    rb"|gtmetrix|pingdom|uptime|monitor|validator|scan(?:ner)?\b|ptst/",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def bot_of(user_agent: bytes) -> str:
    """The word by which a user agent is known as a program's; empty for browsers."""
    found = _WORDS.search(user_agent[:1000])
    return found[0].decode("latin-1").strip(" /;_-").lower() if found else ""
