"""What the recorder says of an element is what the capture says of it: the law that makes placing a look-up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from heatreel.capture.inpage import page_model
from heatreel.core.element import Outline
from heatreel.core.session import Target
from heatreel.core.workspace import Workspace
from recorder.driving import PAGES, visiting

pytestmark = pytest.mark.browser

REAL = (
    ("startbootstrap-modern-business", "index.html"),
    ("startbootstrap-modern-business", "faq.html"),
    ("spectre.css", "docs/elements/forms.html"),
    ("jquery-ui", "demos/accordion/default.html"),
)
# Clicks everything in turn, as a script does, and lets none of it act.
CLICK_ALL = """() => {
  for (const type of ["click", "submit"]) addEventListener(type, event => {
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  const trees = [document];
  for (const tree of trees) for (const element of tree.querySelectorAll("*")) {
    if (element.shadowRoot) trees.push(element.shadowRoot);
    if (element.contentDocument) trees.push(element.contentDocument);
  }
  const elements = trees.flatMap(tree => [...tree.querySelectorAll("body, body *, :host *")]);
  const shown = elements.filter(element => element.checkVisibility && element.checkVisibility());
  for (const element of shown.slice(0, 300))
    element.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, cancelable: true }));
  return shown.length;
}"""
# The box is compared by itself. The rest is what the page around says, which a visitor does not send.
SENT = ("selector", "tag", "id", "testid", "type", "field", "href", "src", "name_hash", "text_hash", "interactive")


@pytest.mark.parametrize(("package", "path"), [("", "everything.html"), *REAL])
def test_the_recorder_and_the_capture_say_the_same(
    tmp_path: Path, site_package: Callable[[str], Path], package: str, path: str
) -> None:
    folder = site_package(package) if package else PAGES
    with visiting(tmp_path, folder, reduced_motion="reduce") as visit:
        page = visit.open(path)
        page.evaluate(page_model())
        assert page.evaluate(CLICK_ALL) > 10
        with Workspace.open(tmp_path) as workspace:
            site = workspace.find_site()
        assert site
        outline = Outline.from_json(page.evaluate("key => __heatreel.outline(document, { key })", site.key))
        visit.flush()
        page.evaluate("heatreel.flush()")
        page.goto("about:blank")
        page.wait_for_timeout(500)
        clicks = visit.clicks()
    assert len(clicks) > 10
    for event in clicks:
        assert event.target and event.data["pointer"] == "script"
        element = outline.by_selector[event.target.selector]
        assert {name: getattr(event.target, name) for name in SENT} == {name: getattr(element, name) for name in SENT}
        # Only the role that the page itself says is sent.
        assert event.target.role in ("", element.role)
        assert event.target.box == pytest.approx(element.box, abs=0.02)


def test_no_field_of_a_target_is_forgotten() -> None:
    """Every field of `Target` is compared above, or known not to be sent."""
    unsent = {"key", "classes", "landmark", "group_index", "group_size", "name_sketch", "near_hashes", "position"}
    assert {item.name for item in fields(Target)} == {*SENT, *unsent, "role", "box"}


def test_a_target_is_small(tmp_path: Path) -> None:
    with visiting(tmp_path) as visit:
        visit.open()
        bodies: list[str] = []
        visit.page.on("request", lambda request: bodies.append(request.post_data or ""))
        visit.page.evaluate(CLICK_ALL)
        visit.flush()
    targets = [target for body in bodies if body for target in json.loads(body)["targets"]]
    assert targets and "" not in [value for target in targets for value in target.values()]
    assert len(json.dumps(targets)) / len(targets) < 400
