"""`heatreel hits`: every recorded event with its place, or the reason why it has none."""

from __future__ import annotations

import json
import sys

from heatreel.app.options import DEFAULT_FOLDER, Label, WorkspaceFolder


def hits(workspace: WorkspaceFolder = DEFAULT_FOLDER, label: Label = "") -> None:
    """Print one JSON object a line for each recorded event: where it was placed, or why not.

    heatreel hits | jq 'select(.status != "placed")'
    """
    from heatreel.core.workspace import Workspace
    from heatreel.replay.hits_json import each_hit

    with Workspace.open(workspace) as opened:
        for record in each_hit(opened, opened.replay(opened.capture(label))):
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
