"""From a live page to snapshots, and from visitors to sessions: browser, discovery, collector."""
