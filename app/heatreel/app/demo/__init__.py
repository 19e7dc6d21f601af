"""The demo: a bundled shop in two builds, visitors who use it in a real browser, and the truth they leave behind."""
