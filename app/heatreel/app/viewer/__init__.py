"""The server half of the viewer: the read API of `docs/api.md`, answered in a process of its own."""
