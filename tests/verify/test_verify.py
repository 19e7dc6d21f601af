"""What changes of elements become findings, how much they weigh, and what is one change."""

from __future__ import annotations

import pytest

from heatreel.core.config import VerifyConfig
from heatreel.core.element import Outline
from heatreel.core.errors import InputError
from heatreel.core.finding import Finding
from heatreel.core.hits import Hits
from heatreel.replay.verify import Captured, verify
from heatreel.replay.verify.survival import FATES
from verify.drawing import DESKTOP, MOBILE, Page, capture, clicks, joined, scrolls, state, together

LINKS = ("Gear", "Care", "Stores", "Help", "Journal")


def shop(
    links: tuple[str, ...] = LINKS, buy: str = "Buy now", top: float = 300, side: float = 48, landmark: str = "main",
    width: float = 1000, **values: object,
) -> Outline:  # fmt: skip
    """A page with a row of links, a heading, a button to buy, and a footer link."""
    page = Page(width=width)
    nav = page.add("nav", (0, 0, width, 50), landmark="navigation")
    for at, name in enumerate(links):
        box = (70.0 * at, 10.0, 60.0, 30.0)
        page.add("a", box, name, parent=nav, href=f"/{name.lower()}", landmark="navigation")
    page.add("h2", (0, 200, 400, 40), "A pack for long walks")
    facts = {"landmark": landmark, **values}
    page.add("button", (20, top, 3 * side, side), buy, **facts)
    page.add("a", (0, 1900, 100, 24), "Imprint", href="/imprint", landmark="contentinfo")
    return page.done()


BUY = len(LINKS) + 3
IMPRINT = BUY + 1


def compare(before: Outline, after: Outline, hits: Hits | None = None, **rules: object) -> tuple[Finding, ...]:
    one = capture((state(), before), hits=None if hits is None else {"default": hits})
    return verify(one, capture((state(), after)), VerifyConfig(**rules)).findings


def only(found: tuple[Finding, ...]) -> Finding:
    assert len(found) == 1, [finding.detail for finding in found]
    return found[0]


@pytest.mark.parametrize(
    ("rule", "after"),
    [
        ("gone", shop(links=("Gear", "Care", "Stores", "Journal"))),
        ("renamed", shop(buy="Order")),
        ("disabled", shop(disabled=True)),
        ("not_interactive", shop(interactive=False)),
        ("below_fold", shop(top=1200)),
        ("shrank", shop(side=12)),
    ],
)
def test_a_change_is_one_finding(rule: str, after: Outline) -> None:
    finding = only(compare(shop(), after))
    assert finding.rule == rule
    assert finding.clicks is None and finding.share is None
    assert finding.detail.endswith(".")


def test_a_link_that_leads_elsewhere() -> None:
    page = shop()
    after = Outline(page.width, page.height, tuple(
        element if element.name != "Help" else type(element)(**{**fields(element), "href": "/contact"})
        for element in page.elements
    ))  # fmt: skip
    finding = only(compare(page, after))
    assert finding.detail == 'Link "Help" led to /help and leads to /contact.'


def fields(element: object) -> dict[str, object]:
    return {name: getattr(element, name) for name in element.__dataclass_fields__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("buy", ["BUY NOW", "Buy now!", "Buy now →", "Buy  now", "Buy now 3"])
def test_case_ornaments_and_numbers_make_no_other_name(buy: str) -> None:
    assert compare(shop(), shop(buy=buy)) == ()


@pytest.mark.parametrize("top", [280, 300, 310, 340])
def test_a_small_push_is_nothing(top: float) -> None:
    assert compare(shop(), shop(top=top)) == ()


def test_a_move_of_one_element_alone_is_a_note() -> None:
    finding = only(compare(shop(), shop(top=600)))
    assert (finding.rule, finding.severity) == ("moved", "info")
    assert finding.detail == 'Button "Buy now" moved 300 px down against its neighbours.'


def test_what_many_people_clicked_weighs_more() -> None:
    """The same loss, with 100 clicks elsewhere: hot, warm, cold, and with too few clicks to tell."""
    before, after = shop(), shop(links=("Gear", "Care", "Stores", "Journal"))
    help_link = next(element.index for element in before.elements if element.name == "Help")
    for count, severity in ((20, "error"), (1, "warning"), (0, "info")):
        finding = only(compare(before, after, clicks(before, (help_link, count), (BUY, 100)), survival=0))
        assert (finding.severity, finding.clicks) == (severity, count)
        assert finding.share == pytest.approx(count / (count + 100))
    assert only(compare(before, after, clicks(before, (BUY, 10)))).severity == "error"


def test_below_the_fold_weighs_what_visitors_scroll() -> None:
    before, after = shop(), shop(top=1200)
    far, near = scrolls(*[1500.0] * 90, *[800.0] * 10), scrolls(*[1500.0] * 30, *[800.0] * 70)
    used = clicks(before, (BUY, 60))
    assert only(compare(before, after, together(used, far))).severity == "info"
    finding = only(compare(before, after, together(used, near)))
    assert finding.severity == "error"
    # The visits of the clicks did not scroll: 30 of 100 that did, came so far.
    assert "where 30 % of visits come" in finding.detail


def test_survival_counts_every_click_once_and_fails_below_the_rule() -> None:
    before, after = shop(), shop(links=("Gear", "Care", "Stores", "Journal"), buy="Order", disabled=True)
    help_link = next(element.index for element in before.elements if element.name == "Help")
    hits = clicks(before, (help_link, 20), (BUY, 30), (IMPRINT, 50))
    found = verify(capture((state(), before), hits={"default": hits}), capture((state(), after)))
    row = found.survival[0]
    assert row.clicks.counts == {"gone": 20, "disabled": 30, "same": 50}
    assert sum(row.clicks.counts.values()) == len(hits)
    assert sum(row.elements.counts.values()) == len(LINKS) + 2
    assert set(row.clicks.counts) | set(row.elements.counts) <= set(FATES)
    assert row.clicks.share == 0.5
    poor = next(finding for finding in found.findings if finding.rule == "survival")
    assert poor.detail == "Of 100 clicks on / at desktop, 50 (50.0 %) survive; the rule asks for 90 %."
    assert not [one for one in verify(
        capture((state(), before), hits={"default": hits}), capture((state(), after)), VerifyConfig(survival=50)
    ).findings if one.rule == "survival"]  # fmt: skip


def test_clicks_on_what_does_not_act_are_counted_apart() -> None:
    before = shop()
    heading = next(element.index for element in before.elements if element.tag == "h2")
    found = verify(
        capture((state(), before), hits={"default": clicks(before, (heading, 9), dead=True)}),
        capture((state(), shop())),
    )
    assert found.survival[0].idle == 9
    assert found.survival[0].clicks.total == 0


def test_what_is_clicked_with_an_effect_acts_whatever_it_looks_like() -> None:
    page = shop()
    heading = next(element.index for element in page.elements if element.tag == "h2")
    without = Outline(page.width, page.height, tuple(
        type(element)(**{**fields(element), "box": (0, 0, 0, 0), "visible": False}) if element.tag == "h2" else element
        for element in page.elements
    ))  # fmt: skip
    assert compare(page, without) == ()
    finding = only(compare(page, without, clicks(page, (heading, 60)), survival=0))
    assert (finding.rule, finding.clicks) == ("gone", 60)


def test_the_same_change_at_two_viewports_is_one_finding() -> None:
    after = shop(buy="Order")
    narrow, narrow_after = shop(width=390), shop(buy="Order", width=390)
    before = joined(capture((state(), shop())), capture((state(), narrow), viewport=MOBILE))
    head = joined(capture((state(), after)), capture((state(), narrow_after), viewport=MOBILE))
    finding = only(verify(before, head).findings)
    assert [place.viewport for place in finding.places] == ["desktop", "mobile"]
    assert finding.place.viewport == "desktop"
    assert finding.detail == 'Button "Buy now" is called "Order" now; also at viewport mobile.'


def test_a_link_that_all_pages_share_is_one_finding() -> None:
    after = shop(links=("Gear", "Care", "Stores", "Journal"))
    before = joined(*(capture((state(), shop()), page=page) for page in ("/", "/a", "/b")))
    head = joined(*(capture((state(), after), page=page) for page in ("/", "/a", "/b")))
    finding = only(verify(before, head).findings)
    assert [place.page for place in finding.places] == ["/", "/a", "/b"]


def test_a_removed_block_is_one_finding() -> None:
    finding = only(compare(shop(), shop(links=())))
    assert finding.rule == "gone"
    assert len(finding.elements) == len(LINKS)
    assert finding.before is not None and finding.before.role == "nav"


def test_small_targets_count_for_fingers_only() -> None:
    before, after = shop(width=390, side=26), shop(width=390, side=22)
    assert compare(before, after) == ()
    views = [capture((state(), outline), viewport=MOBILE) for outline in (before, after)]
    # Alone on the page, 22 px is allowed at 24; at 44 nothing small is.
    assert verify(*views).findings == ()
    big = capture((state(), shop(width=390, side=48)), viewport=MOBILE)
    finding = only(verify(big, views[0], VerifyConfig(target_px=44)).findings)
    assert finding.rule == "target_size"


def test_rules_can_be_set_and_switched_off() -> None:
    before, after = shop(), shop(buy="Order")
    assert only(compare(before, after, severity={"renamed": "error"})).severity == "error"
    assert compare(before, after, severity={"renamed": "off"}) == ()


def test_ids_stay_while_the_change_stays() -> None:
    first = only(compare(shop(), shop(buy="Order")))
    again = only(compare(shop(), shop(buy="Order", top=320)))
    other = only(compare(shop(), shop(buy="Purchase")))
    assert first.id == again.id != other.id
    assert Finding.from_json(first.as_json()) == Finding(
        **{**{name: getattr(first, name) for name in Finding.__dataclass_fields__},
           "confidence": round(first.confidence, 3)}
    )  # fmt: skip


def test_what_cannot_be_compared_is_said() -> None:
    one = capture((state(), shop()))
    with pytest.raises(InputError, match="no page in common: BASE has /; HEAD has /other"):
        verify(one, capture((state(), shop()), page="/other"))
    with pytest.raises(InputError, match="only HEAD was captured at mobile=390x800"):
        verify(one, joined(one, capture((state(), shop()), viewport=MOBILE)))
    with pytest.raises(InputError, match="only BASE was captured at desktop=1000x800, mobile=390x800"):
        verify(joined(one, capture((state(), shop()), viewport=MOBILE)), Captured([], lambda _: shop()))


def test_a_page_that_head_lacks_is_a_finding() -> None:
    before = joined(capture((state(), shop())), capture((state(), shop()), page="/sale"))
    finding = only(verify(before, capture((state(), shop()))).findings)
    assert (finding.rule, finding.severity, finding.place.page) == ("page_lost", "error", "/sale")
    assert DESKTOP.name in finding.detail


def test_text_of_what_is_hot_that_fades_into_its_ground_is_a_finding_and_another_shade_is_not() -> None:
    def faded(old: str, new: str, size: float = 16, on: int = BUY) -> tuple[Finding, ...]:
        before = shop(ink=old, ground="#ffffff", px=size)
        return compare(before, shop(ink=new, ground="#ffffff", px=size), clicks(before, (on, 60)))

    finding = only(faded("#222222", "#aaaaaa"))
    assert (finding.rule, finding.severity) == ("contrast", "warning")
    assert "text has a contrast of 2.3 and needs 4.5" in finding.detail
    assert faded("#222222", "#555555") == () and faded("#757575", "#7f7f7f") == ()
    # What was too faint before is not news, large text needs less, and what nobody uses may fade.
    assert faded("#aaaaaa", "#bbbbbb") == () and faded("#222222", "#8a8a8a", size=30) == ()
    assert faded("#222222", "#aaaaaa", on=IMPRINT) == ()
    assert compare(shop(ink="#222222", ground="#ffffff", px=16), shop(ink="#aaaaaa", ground="#ffffff", px=16)) == ()


def test_a_page_under_two_addresses_is_told_once() -> None:
    """As when a folder is captured whose pages link to `index.html`."""
    sides = [
        joined(*(capture((state(), one), page=page) for page in ("/", "/index.html")))
        for one in (shop(), shop(buy="Order"))
    ]
    finding = only(verify(*sides).findings)
    assert [place.page for place in finding.places] == ["/", "/index.html"]
