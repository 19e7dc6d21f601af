"""`heatreel verify`: what a redesign does to the people who used the old page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, ConfigFile, Json, Viewports, WorkspaceFolder
from heatreel.app.talk import print_json, say

Approvals = Annotated[
    Path, typer.Option("--approvals", metavar="FILE", help="Accepted findings, see `heatreel approve`.")
]
APPROVALS_FILE = Path("heatreel-approvals.toml")


def verify(
    base: Annotated[
        str, typer.Argument(metavar="BASE", help="What people used: label of a capture, URL, or folder of files.")
    ],
    head: Annotated[str, typer.Argument(metavar="HEAD", help="The new build: label, URL, or folder.")],
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    viewport: Viewports = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="error|warning|info|none|RULE",
            help="What makes the exit code 1: this severity and worse, or a rule; repeatable. Default: error.",
        ),
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Add a summary in Markdown to this file.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="DIR", help="Write a report with crops of both builds, side by side."),
    ] = None,
    noise: Annotated[
        str,
        typer.Option(
            "--noise", metavar="LABEL", help="Another capture of BASE's build: what differs there is left out."
        ),
    ] = "",
    look: Annotated[
        float | None,
        typer.Option("--look", min=0, max=100, metavar="PERCENT", help="Most % of a picture that may look different."),
    ] = None,
    journeys: Annotated[
        str,
        typer.Option(
            "--journeys", metavar="URL", help="Go the commonest journeys of BASE's sessions on this build, live."
        ),
    ] = "",
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Let journeys send what writes (POST ...); else it is refused.")
    ] = False,
    approvals: Approvals = APPROVALS_FILE,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Say what the people who used BASE would find gone, moved, covered, dead or renamed on HEAD.

    heatreel verify before after --markdown "$GITHUB_STEP_SUMMARY"

    heatreel verify https://www.example.org/ http://localhost:8000/ --report changes

    Labels are those of captures of one workspace, at the same viewports. A URL or a folder of static files is captured
    first, as `base` or `head`: BASE by its links, HEAD at the addresses of BASE's pages. With a replay of BASE each
    finding weighs what its clicks weigh; without one, structure alone is compared. Rules are set in [verify] of
    heatreel.toml. Exit code 1: a finding fails.
    """
    import os
    from datetime import UTC, datetime

    from heatreel.app.comparing import More
    from heatreel.app.progress import bars
    from heatreel.app.sides import captured_sides
    from heatreel.app.verifying import annotation_lines, chosen_fail_on, table_lines, verify_captures, write_reports
    from heatreel.core.config import find_config, load_config
    from heatreel.core.workspace import Workspace

    rules = load_config(config or find_config(Path())).verify
    if fail_on:
        rules = rules.model_copy(update={"fail_on": chosen_fail_on(fail_on)})
    if look is not None:
        rules = rules.model_copy(update={"look": look})
    base, head = captured_sides(workspace, (base, head), config, viewport or [], progress=not json)
    today = datetime.now(UTC).date()
    with bars(not json) as shown:
        step = shown.add_task("comparing pages", total=None)
        done = verify_captures(
            workspace, (base, head), rules, approvals, today, lambda _page: shown.advance(step),
            More(noise, journeys, allow_writes),
        )  # fmt: skip
    write_reports(done, (base, head), junit, markdown)
    if report:
        from heatreel.app.verify_reporting import report_verify

        with Workspace.open(workspace) as opened:
            index = report_verify(opened, done, (base, head), report, today.isoformat(), not json)
        say(f"report: {index}")
    if json:
        print_json(done.document)
    else:
        typer.echo("\n".join(table_lines(done)))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        # GitHub reads commands on standard error, too; standard output is for data.
        typer.echo("\n".join(annotation_lines(done.judged)), err=True)
    for finding, approval in done.judged.expired:
        say(f"the approval of {finding.id} ended on {approval.until}", "bold yellow")
    if done.judged.failing:
        raise typer.Exit(1)
