"""`heatreel approve`: accepts findings of the last verify."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from heatreel.app.commands.verify import APPROVALS_FILE, Approvals
from heatreel.app.options import DEFAULT_FOLDER, WorkspaceFolder
from heatreel.app.talk import say


def approve(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why this is as it should be.")],
    findings: Annotated[
        list[str] | None, typer.Argument(metavar="[FINDING...]", help="Ids, or the starts of ids, of findings.")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option("--rule", metavar="RULE", help="All findings of this rule; repeatable.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All findings.")] = False,
    until: Annotated[
        datetime | None,
        typer.Option("--until", metavar="DATE", formats=["%Y-%m-%d"], help="Last day on which this holds."),
    ] = None,
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    approvals: Approvals = APPROVALS_FILE,
) -> None:
    """Accept findings of the last verify, in a text file to be reviewed and kept with the code.

    heatreel approve gone-1a2b3c --reason "The letter moved to its own page" --until 2027-01-31

    A finding that comes to mean more (another name, another viewport) is another finding. After its last day an
    approval counts no more.
    """
    from heatreel.app.verifying import last_findings
    from heatreel.core.errors import InputError
    from heatreel.replay.verify.approvals import add_approvals, choose

    if not reason.strip():
        raise InputError("--reason is empty; say why this is as it should be")
    chosen = choose(last_findings(workspace), findings or (), rule or (), everything)
    add_approvals(approvals, chosen, reason.strip(), until.date() if until else None)
    for finding in chosen:
        say(f"accepted {finding.id}")
    say(f"wrote {approvals}")
