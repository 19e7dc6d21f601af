"""`heatreel capture`: finds the states of pages and keeps a snapshot of each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from heatreel.app.options import DEFAULT_FOLDER, Browser, ConfigFile, Json, Viewports, WorkspaceFolder
from heatreel.app.talk import print_json, say


def capture(
    urls: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="URL",
            help="Pages (http:// or https://), or e-mails (FILE.html, FILE.eml); left out: urls in heatreel.toml.",
        ),
    ] = None,
    workspace: WorkspaceFolder = DEFAULT_FOLDER,
    viewport: Viewports = None,
    label: Annotated[
        str, typer.Option("--label", metavar="LABEL", help="Name of this capture. Default: the day.")
    ] = "",
    variant: Annotated[
        list[str] | None,
        typer.Option(
            "--variant",
            metavar="NAME[=HOW]",
            help="A/B arm to capture, and HOW to be shown it: cookie:KEY=VALUE, header:, query:, storage:, rule:CSS;"
            " repeatable.",
        ),
    ] = None,
    states: Annotated[
        str, typer.Option("--states", metavar="auto|none", help="Find states, or the default only.")
    ] = "auto",
    max_states: Annotated[
        int | None, typer.Option("--max-states", metavar="N", min=1, help="At most so many of a page. Default: 40.")
    ] = None,
    depth: Annotated[
        int | None, typer.Option("--depth", metavar="N", min=0, help="Actions in a row. Default: 2.")
    ] = None,
    routes: Annotated[
        str, typer.Option("--routes", metavar="auto|none", help="Follow links within the site.")
    ] = "auto",
    sitemap: Annotated[
        str | None,
        typer.Option("--sitemap", metavar="auto|URL", help="Capture what the sitemap lists, too; auto finds it."),
    ] = None,
    max_pages: Annotated[
        int | None, typer.Option("--max-pages", metavar="N", min=1, help="At most so many pages. Default: 20.")
    ] = None,
    storage_state: Annotated[
        Path | None,
        typer.Option("--storage-state", metavar="FILE", help="Playwright's storage state: a logged-in visitor."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            metavar="NAME:VALUE",
            help="Sent to the captured site; ${NAME} is the environment's; repeatable.",
        ),
    ] = None,
    cookie: Annotated[
        list[str] | None,
        typer.Option("--cookie", metavar="NAME=VALUE", help="Cookie of the captured site, ${NAME} too; repeatable."),
    ] = None,
    credentials: Annotated[
        str | None,
        typer.Option("--credentials", metavar="USER:PASSWORD", help="HTTP credentials, such as me:${PASSWORD}."),
    ] = None,
    hide: Annotated[
        list[str] | None, typer.Option("--hide", metavar="CSS", help="Keep what this selects out of sight; repeatable.")
    ] = None,
    mask: Annotated[
        list[str] | None, typer.Option("--mask", metavar="CSS", help="Cover what this selects, text too; repeatable.")
    ] = None,
    wait_for: Annotated[
        str | None, typer.Option("--wait-for", metavar="CSS", help="Must be there before the page counts as settled.")
    ] = None,
    workers: Annotated[
        int,
        typer.Option("--workers", metavar="N", min=0, max=64, help="Browsers at work at once. Default: one a core."),
    ] = 0,
    page_time: Annotated[
        float | None,
        typer.Option(
            "--page-time", metavar="SECONDS", min=2, help="Time of a page and viewport; what it yields adds to it. 10."
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option("--rate", metavar="N", min=0.01, help="At most so many page loads a second of each host. 10."),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option("--memory", metavar="MB", min=300, help="A browser that holds more is started anew. 1500."),
    ] = None,
    scheme: Annotated[
        str | None,
        typer.Option("--scheme", metavar="light|dark|no-preference", help="Colour scheme that visitors prefer."),
    ] = None,
    media: Annotated[
        str | None, typer.Option("--media", metavar="screen|print", help="Kind of medium that pages are shown on.")
    ] = None,
    forced_colors: Annotated[
        bool | None, typer.Option("--forced-colors", help="As with the system's high-contrast colours.")
    ] = None,
    clock: Annotated[
        str | None,
        typer.Option("--clock", metavar="TIME", help="What the pages' clock says, such as 2026-03-01T12:00."),
    ] = None,
    as_visitor: Annotated[
        bool | None,
        typer.Option("--as-visitor", help="Do not tell pages that the browser is automated; some hide banners then."),
    ] = None,
    public_only: Annotated[
        bool | None,
        typer.Option("--public-only", help="Refuse addresses of this machine and of private networks, all ways."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a capture of this label stopped.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Forget an earlier capture of this label.")] = False,
    reuse: Annotated[
        str, typer.Option("--reuse", metavar="LABEL", help="Take over pages that have not changed since that capture.")
    ] = "",
    recipes: Annotated[
        str,
        typer.Option("--recipes-from", metavar="LABEL", help="Do the recipes of that capture again on these pages."),
    ] = "",
    learn: Annotated[
        bool, typer.Option("--learn", help="Add the states that replay saw visitors in to the capture; no URL needed.")
    ] = False,
    from_recording: Annotated[
        list[Path] | None,
        typer.Option(
            "--from-recording", metavar="FILE", help="Keep the states of a recording (rrweb JSON); no URL; repeatable."
        ),
    ] = None,
    browser: Browser = None,
    config: ConfigFile = None,
    json: Json = False,
) -> None:
    """Find the states of pages, and keep of each a picture, the DOM and the elements with their boxes.

    heatreel capture https://example.org/ --viewport desktop=1440x900 --label before

    Nothing that writes leaves the browser, no form is submitted, no link leaves the site; what was not tried,
    and why, is in `heatreel states --json`. One failed page does not stop the others; the exit code is then 3.
    Logins by form, states by hand, variants and routes are written in heatreel.toml.
    """
    from heatreel.app.asking import healer, lesson, recipes_from
    from heatreel.app.capture_options import capture_urls_of, load
    from heatreel.app.capturing import capture_urls, default_workers, fresh_label, options_from
    from heatreel.app.mailing import VIEWPORTS, are_mails, served_mails

    mails = urls if urls and are_mails(urls) else []
    pages = [] if mails else capture_urls_of(load(config), urls or [])
    chosen = options_from(
        config,
        viewports=viewport or (list(VIEWPORTS) if mails else []),
        urls=pages,
        label=label or fresh_label(workspace),
        variants=variant,
        states="none" if mails else states,
        max_states=max_states,
        depth=depth,
        routes="none" if mails else routes,
        sitemap=sitemap,
        max_pages=max_pages,
        storage_state=storage_state,
        headers=header,
        cookies=cookie,
        credentials=credentials,
        hide=hide,
        mask=mask,
        wait_for=wait_for,
        workers=workers or default_workers(),
        page_seconds=page_time,
        rate=rate,
        memory_mb=memory,
        scheme=scheme,
        media=media,
        forced_colors=forced_colors,
        clock=clock,
        as_visitor=as_visitor,
        public_only=public_only,
        resume=resume,
        replace=replace,
        reuse=reuse,
        browser=browser,
    )
    heal = None
    if learn:
        wanted = lesson(workspace, label)
        pages, chosen = list(wanted.urls), wanted.applied(chosen)
    if recipes:
        chosen = chosen.asking(recipes_from(workspace, recipes))
        heal = healer(workspace, recipes)
    if from_recording:
        from heatreel.app.from_recording import capture_recording

        arm = chosen.arms[0].name
        result = capture_recording(
            workspace, from_recording, chosen.label, chosen.site, arm, browser, replace, table=chosen.table
        )
    elif mails:
        with served_mails([Path(mail) for mail in mails]) as served:
            result = capture_urls(workspace, served, chosen, progress=not json)
    else:
        result = capture_urls(workspace, pages, chosen, progress=not json, heal=heal)
    if json:
        print_json(result.as_json())
    for line in result.notes():
        say(line, "yellow")
    for line in result.failures():
        say(line, "bold red")
    say(result.line())
    if result.failed:
        raise typer.Exit(3)
