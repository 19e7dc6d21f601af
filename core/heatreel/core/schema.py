"""The catalogue's schema, as sqlite-utils migrations. Each column says what it holds.

History: 1 first version; 2 visits, so that a capture that was cut off goes on where it stopped.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Migrations

VERSION = 2
"""Written to `user_version`; a catalogue with a higher one was made by a newer Heatreel."""

APPLICATION_ID = 0x48454154
"""Written to `application_id` ("HEAT"), so that a foreign database is never taken for a workspace."""

migrations = Migrations("heatreel")


@migrations()
def first(db: Any) -> None:
    statements = """
CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,      -- what people call it
    key TEXT NOT NULL UNIQUE        -- write key: in the snippet, and the key of the hashes of names and texts
);
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    label TEXT NOT NULL UNIQUE,     -- before, v2.3, a commit
    site_id INTEGER NOT NULL REFERENCES sites(id),
    started TEXT NOT NULL,          -- ISO 8601, UTC
    finished TEXT,                  -- ISO 8601, UTC; null while it runs or when it was cut off
    tool TEXT NOT NULL,             -- version of Heatreel
    browser TEXT NOT NULL,          -- name and version
    system TEXT NOT NULL,           -- operating system and its release
    options TEXT NOT NULL           -- JSON: what the command was given
);
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    capture_id INTEGER NOT NULL REFERENCES captures(id) ON DELETE CASCADE,
    page TEXT NOT NULL,             -- route pattern, or canonical path of the URL
    url TEXT NOT NULL,              -- where it was captured
    title TEXT NOT NULL,            -- text of the title element
    UNIQUE (capture_id, page)
);
CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,
    viewport TEXT NOT NULL,         -- name of the viewport
    viewport_width INTEGER NOT NULL,  -- CSS px
    viewport_height INTEGER NOT NULL, -- CSS px
    dpr REAL NOT NULL,              -- device px for each CSS px of the picture
    touch INTEGER NOT NULL,         -- 1 when taken with touch
    variant TEXT NOT NULL,          -- A/B arm, or empty
    state TEXT NOT NULL,            -- id of the state, stable over captures
    label TEXT NOT NULL,            -- name of the state for people
    kind TEXT NOT NULL,             -- default, tab, accordion, dialog, ...
    parent TEXT NOT NULL,           -- id of the state its last action was done in
    recipe TEXT NOT NULL,           -- JSON: [{action, selector, value?}]
    reveals TEXT NOT NULL,          -- JSON: [{selector, text}] seen here, not in the parent
    hides TEXT NOT NULL,            -- JSON: [{selector, text}] seen in the parent, not here
    settings TEXT NOT NULL,         -- JSON: setting of each switch by keyed hash
    sketch TEXT NOT NULL,           -- digest of the visible fingerprints
    settled TEXT NOT NULL,          -- JSON: what ended the wait, what was missing
    width INTEGER NOT NULL,         -- page width, CSS px
    height INTEGER NOT NULL,        -- page height, CSS px
    picture TEXT NOT NULL,          -- blob: PNG of the full page
    dom TEXT NOT NULL,              -- blob: rrweb-snapshot JSON, gzip
    outline TEXT NOT NULL,          -- blob: outline JSON of the page model, gzip
    UNIQUE (page_id, viewport, variant, state)
);
CREATE TABLE skipped (
    id INTEGER PRIMARY KEY,
    capture_id INTEGER NOT NULL REFERENCES captures(id) ON DELETE CASCADE,
    page TEXT NOT NULL,             -- page it was found on
    viewport TEXT NOT NULL,         -- name of the viewport
    selector TEXT NOT NULL,         -- element that was not tried, or empty for a whole page
    reason TEXT NOT NULL            -- one line for people
);
CREATE TABLE replays (
    id INTEGER PRIMARY KEY,
    capture_id INTEGER NOT NULL REFERENCES captures(id) ON DELETE CASCADE,
    made TEXT NOT NULL,             -- ISO 8601, UTC
    tool TEXT NOT NULL,             -- version of Heatreel
    ledger TEXT NOT NULL,           -- JSON: the ledger over all pages
    details TEXT NOT NULL           -- JSON: ledgers by page, unknown states, measured error, totals
);
CREATE TABLE hit_columns (
    replay_id INTEGER NOT NULL REFERENCES replays(id) ON DELETE CASCADE,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id) ON DELETE CASCADE,
    hits TEXT NOT NULL,             -- blob: columns of the hits on this snapshot, .npz
    PRIMARY KEY (replay_id, snapshot_id)
)
"""
    for statement in statements.split(";\n"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@migrations()
def visits(db: Any) -> None:
    db.execute("""
CREATE TABLE visits (
    capture_id INTEGER NOT NULL REFERENCES captures(id) ON DELETE CASCADE,
    page TEXT NOT NULL,             -- page that was asked for: route pattern or canonical path
    viewport TEXT NOT NULL,         -- name of the viewport
    variant TEXT NOT NULL,          -- A/B arm, or empty
    done TEXT NOT NULL,             -- ISO 8601, UTC
    record TEXT NOT NULL,           -- JSON: what came of it, see heatreel.capture.record
    PRIMARY KEY (capture_id, page, viewport, variant)
)
""")
    db.execute(f"PRAGMA user_version = {VERSION}")
