"""E-mails: an .eml becomes a page at client widths, and a click log is placed on its links."""

from __future__ import annotations

import base64
import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from typer.testing import CliRunner

from heatreel.app.mailing import are_mails, html_of, marked, page_name
from heatreel.app.main import app
from heatreel.core.errors import InputError
from heatreel.core.mail import link_selector, position_name, url_name

SHOP, MENDING = "https://click.example/c/99?u=1&v=2", "https://click.example/c/def456"
HTML = f"""<html><body style="margin:0"><table width="600"><tr><td>
<p><a href="{SHOP.replace("&", "&amp;")}">Autumn sale</a></p><img src="cid:logo" width="120" height="40" alt="Logo">
<p>We <a class='quiet link' HREF="{MENDING}">mend</a>.</p>
<p style="height:700px">Long</p><p><a href="{SHOP}">Shop now</a></p></td></tr></table><script>alert(1)</script></body>
</html>"""
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    message = EmailMessage()
    message["Subject"] = "Autumn"
    message.set_content("plain")
    message.add_alternative(HTML, subtype="html")
    message.get_payload()[1].add_related(PICTURE, "image", "png", cid="<logo>")
    path = tmp_path / "Autumn 2026.eml"
    path.write_bytes(message.as_bytes())
    return path


def test_an_eml_is_its_html_with_its_pictures_and_without_scripts(mail: Path) -> None:
    text = html_of(mail)
    assert "cid:" not in text
    assert f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}" in text
    assert "alert" not in text
    assert page_name(mail) == "Autumn-2026"


def test_links_carry_names_of_their_url_and_their_position() -> None:
    text = marked(HTML)
    assert text.count(f'data-testid="{url_name(SHOP)}"') == 2
    assert f'data-testid="{url_name(MENDING)}" class="quiet link {position_name(2)}" class=\'quiet link\'' in text
    assert text.replace("data-testid", "").count("<a ") == HTML.count("<a ")
    assert url_name(SHOP) != url_name(MENDING)
    assert link_selector("", 3) == "a.nth-c"
    assert position_name(28) == "nth-ab"


def test_bad_input_gets_one_line(tmp_path: Path, mail: Path) -> None:
    with pytest.raises(InputError, match="one after the other"):
        are_mails([str(mail), "https://example.org/"])
    with pytest.raises(InputError, match="no such file"):
        are_mails([str(tmp_path / "none.eml")])
    plain = EmailMessage()
    plain.set_content("no html here")
    (tmp_path / "plain.eml").write_bytes(plain.as_bytes())
    with pytest.raises(InputError, match="no HTML part"):
        html_of(tmp_path / "plain.eml")
    (tmp_path / "log.csv").write_text("recipient,link\na@example.org,https://x/\n")
    found = CliRunner().invoke(app, ["import", str(tmp_path / "log.csv"), "-w", str(tmp_path / "ws")])
    assert "--url" in str(found.output) + str(found.exception)


@pytest.mark.browser
def test_a_click_log_is_placed_on_the_links_of_a_captured_mail(mail: Path, tmp_path: Path) -> None:
    rows = ["recipient,event,link,position,time"]
    for at in range(200):
        who, day = f"Person{at}@example.org", "2026-03-01T09:00:00"
        rows.append(f"{who},delivered,,,{day}")
        rows += [f"{who},open,,,{day}"] * (at % 2)
        rows += [f"{who},click,{SHOP},{1 if at % 8 else 3},{day}"] * (at % 4 == 0)
        rows += [f"{who},click,{MENDING},,{day}"] * (at % 20 == 0)
    rows.append(f"late@example.org,click,{SHOP},,2026-03-02T09:00:00")
    log = tmp_path / "clicks.csv"
    log.write_text("\n".join(rows) + "\n")
    folder = str(tmp_path / "ws")
    run = CliRunner().invoke
    assert run(app, ["capture", str(mail), "-w", folder, "--label", "mail"]).exit_code == 0
    assert run(app, ["import", str(log), "-w", folder, "--url", "http://mail/Autumn-2026"]).exit_code == 0
    ledger = json.loads(run(app, ["replay", "-w", folder, "--json"]).stdout)
    # Two links have one URL: without a position nobody knows which of them it was.
    assert ledger["not_placed"] == {"ambiguous": 1}
    found = json.loads(run(app, ["insights", "-w", folder, "--json"]).stdout)
    told = next(one for one in found["findings"] if one["rule"] == "email_link")
    links = told["evidence"]["links"]
    counts = [(link["position"], link["unique"], link["total"]) for link in links]
    assert counts == [(1, 25, 25), (2, 10, 10), (3, 25, 25)]
    assert told["n"] == 201
    assert links[1]["rate"] == pytest.approx(10 / 201, abs=1e-4)
    refused = run(app, ["insights", "-w", folder, "--where", "signal=rage"])
    assert "insights are of people" in str(refused.exception)
    assert not any(b"example.org" in path.read_bytes() for path in Path(folder).glob("*.db*"))
