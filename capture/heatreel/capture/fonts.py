"""Which fonts a machine draws with where a page asks for a kind only: two captures with others differ everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, CDPSession

KINDS = ("serif", "sans-serif", "monospace", "system-ui", "emoji")

_PAGE = "".join(f'<p style="font-family: {kind}">{"😀" if kind == "emoji" else "Hamburgefonts"}</p>' for kind in KINDS)


async def fonts_of(browser: Browser) -> dict[str, str]:
    """The font that the browser takes for each kind, by its family's name; none from a browser that breaks."""
    from playwright.async_api import Error

    try:
        return await _asked(browser)
    except Error:
        return {}


async def _asked(browser: Browser) -> dict[str, str]:
    context = await browser.new_context()
    try:
        page = await context.new_page()
        await page.set_content(f"<!doctype html><body>{_PAGE}</body>")
        session = await context.new_cdp_session(page)
        await session.send("DOM.enable")
        await session.send("CSS.enable")
        root = (await session.send("DOM.getDocument"))["root"]["nodeId"]
        nodes = (await session.send("DOM.querySelectorAll", {"nodeId": root, "selector": "p"}))["nodeIds"]
        names = [await _font(session, node) for node in nodes]
        return {kind: name for kind, name in zip(KINDS, names, strict=True) if name}
    finally:
        await context.close()


async def _font(session: CDPSession, node: int) -> str:
    """The font that draws most of a node's text."""
    fonts = (await session.send("CSS.getPlatformFontsForNode", {"nodeId": node}))["fonts"]
    return str(max(fonts, key=lambda font: font["glyphCount"])["familyName"]) if fonts else ""
