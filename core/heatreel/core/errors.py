"""What can go wrong, by whose fault it is. The command line turns each into one line and an exit code."""

from __future__ import annotations


class HeatreelError(Exception):
    """Base of every error that Heatreel explains to its user. The message names the file, key or URL."""

    exit_code = 3


class InputError(HeatreelError):
    """Wrong usage or input: an unknown page, a bad option, a file that is not what it claims (exit code 2)."""

    exit_code = 2


class WorkspaceError(InputError):
    """The workspace cannot be used: not there, damaged, or written by a newer Heatreel (exit code 2)."""


class CannotRun(HeatreelError):
    """The world is not ready: browser, network, port or disk (exit code 3)."""


class BrowserError(CannotRun):
    """No browser was found, or it did not start (exit code 3)."""


class PageError(CannotRun):
    """A page could not be opened or is not a page (exit code 3); others of the same job go on."""


class Busy(CannotRun):
    """Another process holds what this one needs: the workspace's writer lock or the port (exit code 3)."""
