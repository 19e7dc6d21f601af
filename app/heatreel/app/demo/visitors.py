"""Seeded visitors: who comes to the shop and what each does there, step by step, decided before a browser starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from heatreel.app.demo.habits import Chances
from heatreel.core.viewport import Viewport

SLUGS = ("ridgeline-38", "larkspur-2", "stormcap-shell", "scree-mid", "ember-stove", "nightjar-lamp")

_MENU_LINKS = {
    slug: f"#menu-gear div > div:nth-of-type({at // 2 + 1}) li:nth-of-type({at % 2 + 1}) > a"
    for at, slug in enumerate(SLUGS)
}
_NAMES = ("Ada Brun", "Jon Fell", "Mia Tarn", "Olav Dale", "Zoe Beck")

QUIET_MS = 2700
"""How long a visitor waits after a click that does nothing. A recorder watches 2500 ms for what follows a click, and
what is done next must not be taken for its effect."""

GLANCE_MS = 130
"""How long a mouse rests on what is read; a recorder samples moves every 100 ms."""

AGAIN_MS = 700
"""Between two clicks that are no double click."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a visitor does.

    `do` is open, point (click with a mouse, tap with a finger), rest (a mouse over something), type, press, back,
    scroll (to a share of the page) or wait. `at` is the share of the target's box. `sets` are the slots as they are
    afterwards. `turns` is the path of the page it leads to. `signal` names what was planted: dead, rage, error.
    """

    do: str
    target: str = ""
    at: tuple[float, float] = (0.5, 0.5)
    value: str = ""
    sets: tuple[tuple[str, str], ...] = ()
    turns: str = ""
    signal: str = ""
    wait_ms: int = 90


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor: `tag` names them, `kind` says how they are, `plan` what they do."""

    tag: str
    kind: str
    viewport: Viewport
    variant: str
    plan: tuple[Step, ...]


class Plan:
    """Writes the steps of one visitor. Its methods are the things one can do in the shop."""

    def __init__(self, random: Random, viewport: Viewport, variant: str, chances: Chances) -> None:
        self.random = random
        self.viewport = viewport
        self.variant = variant
        self.chances = chances
        self.mobile = viewport.width < 700
        self.steps: list[Step] = []
        self.asked_for_consent = False

    def does(self, habit: str) -> bool:
        return self.chances.take(habit, self.variant if habit == "hero" else self.viewport.name)

    def _spot(self) -> tuple[float, float]:
        """A share of a box, mostly near its middle, as people point."""
        u, v = (min(0.88, max(0.12, self.random.gauss(0.5, 0.14))) for _ in "uv")
        return round(u, 3), round(v, 3)

    def point(self, target: str, *sets: tuple[str, str], turns: str = "", signal: str = "", wait_ms: int = 0) -> None:
        wait_ms = wait_ms or self.random.randint(60, 180)
        self.steps.append(Step("point", target, self._spot(), "", sets, turns, signal, wait_ms))

    def hammer(self, target: str, times: int) -> None:
        """Clicks one place again and again, in anger."""
        u, v = self._spot()
        for _ in range(times):
            at = (round(u + self.random.uniform(-0.01, 0.01), 3), v)
            self.steps.append(Step("point", target, at, signal="rage", wait_ms=self.random.randint(60, 140)))
        self.steps.append(Step("wait", wait_ms=QUIET_MS))

    def scroll(self, share: float) -> None:
        """Scrolls the page to a share of what there is to scroll."""
        self.steps.append(Step("scroll", value=f"{share:.2f}", wait_ms=120))

    def glance(self, *targets: str) -> None:
        """A mouse follows the eyes over what is read; a finger does not."""
        if not self.viewport.touch:
            self.steps.extend(Step("rest", target, self._spot(), wait_ms=GLANCE_MS) for target in targets)

    # Anywhere

    def open(self, path: str) -> None:
        query = f"?variant={self.variant}" if self.variant == "b" else ""
        self.steps.append(Step("open", value=path + query, turns=path, wait_ms=150))
        if not self.asked_for_consent:
            self.asked_for_consent = True
            self._answer_consent()

    def _answer_consent(self) -> None:
        answer = self.random.choices(("all", "needed", ""), (5, 2, 2))[0]
        if answer:
            place = {"needed": 1, "all": 2}[answer]
            self.point(f".consent button:nth-of-type({place})", ("consent", ""))

    def _unfold(self) -> None:
        if self.mobile:
            self.point(".burger", ("navigation", "open"))

    def menu(self, name: str) -> None:
        """Opens a menu of the header: a mouse rests on it, and now and then clicks too; a finger taps."""
        self._unfold()
        place = {"gear": 1, "care": 2}[name]
        button = f".menu-item:nth-of-type({place}) > button"
        if self.viewport.touch:
            self.point(button, ("menu", name))
            return
        self.steps.append(Step("rest", button, self._spot(), sets=(("menu", name),)))
        if self.random.random() < 0.35:
            self.point(button, ("menu", name))

    def menu_to_product(self, slug: str) -> None:
        self.menu("gear")
        self.point(_MENU_LINKS[slug], turns=f"/product/{slug}")

    def menu_to_shop(self) -> None:
        self.menu("gear")
        self.point(".mega-card", turns="/shop")

    def to_cart(self) -> None:
        self.point(".basket", turns="/cart")

    def back(self, path: str) -> None:
        self.steps.append(Step("back", turns=path, wait_ms=150))

    # Home

    def hero(self) -> bool:
        """Looks at the hero; true when its button was clicked, which leads to the list."""
        self.glance(".hero h1", ".hero .lead", ".cards > li:nth-of-type(1) .card-picture")
        if not self.does("hero"):
            return False
        self.point(".hero .button:first-child", turns="/shop")
        return True

    def slides(self) -> None:
        """Mostly the second slide; the third is hardly seen."""
        self.glance(".hero h1", ".cards > li:nth-of-type(2) .card-name", ".slide:nth-of-type(1) h3")
        self.point(".carousel .next", ("slide", "2"))
        if self.random.random() < 0.15:
            self.point(".dots button:nth-of-type(3)", ("slide", "3"))

    def season(self) -> None:
        name, place = self.random.choice((("spring", 1), ("winter", 3)))
        self.point(f".season-labels label:nth-of-type({place})", ("season", name))

    def store(self) -> None:
        if self.does("bergen"):
            self.point("store-finder >>> li:nth-of-type(2) > button", ("store", "2"))

    # List

    def list_to_product(self, at: int, slug: str) -> None:
        self.point(f".list > li:nth-of-type({at}) > a", turns=f"/product/{slug}")

    def list_visit(self) -> str:
        """Scrolls the list and ends on a product, whose slug it returns."""
        self.glance(".list > li:nth-of-type(1) .card-name", ".list > li:nth-of-type(2) .card-picture")
        self.scroll(self.random.choice((0.3, 0.6, 1.0)))
        if self.does("back"):
            at = self.random.randint(1, 9)
            self.list_to_product(at, SLUGS[(at - 1) % 6])
            self.back("/shop")
        at = self.random.choice((1, 2, 3, 4, 5, 7, 8, 10, 14))
        slug = SLUGS[(at - 1) % 6]
        self.list_to_product(at, slug)
        return slug

    # Product

    def product_visit(self, *, thorough: bool = False) -> None:
        self.glance(".buy h1", ".blurb", ".price", ".facts li:nth-of-type(2)")
        if self.does("picture"):
            if self.random.random() < 0.5:
                self.point(".gallery-main", signal="dead", wait_ms=AGAIN_MS)
            self.point(".gallery-main", signal="dead", wait_ms=QUIET_MS)
        if self.does("reviews"):
            self._reviews()
        if thorough:
            self.point("#tab-specs", ("tab", "specs"))
            self._size_guide()
        if self.does("save"):
            self.point(".save", signal="error", wait_ms=QUIET_MS)

    def _reviews(self) -> None:
        self.point("#tab-reviews", ("tab", "reviews"))
        for at in sorted(self.random.sample(range(1, 8), self.random.randint(1, 3))):
            self.point(f".reviews > li:nth-of-type({at}) > button")

    def _size_guide(self) -> None:
        self.point(".guide-open", ("guide", "open"))
        name, place = self.random.choice((("boots", 2), ("packs", 3)))
        self.point(f".guide [role=tab]:nth-of-type({place})", ("guide tab", name))
        self.point(".guide-close", ("guide", ""))

    def choose(self) -> None:
        """A size, then into the basket."""
        self.point(".sizes label:nth-of-type(1) > span")
        self.point(".add", ("added", "open"))

    # Basket and checkout

    def cart_visit(self) -> bool:
        """True when the visitor goes on to the checkout."""
        if self.random.random() < 0.4:
            self.point(".line:nth-of-type(1) .more")
        if self.does("rage"):
            self.hammer(".pay", self.random.randint(4, 6))
            if self.does("rage leaves"):
                return False
        elif self.does("keep looking"):
            self.point(".summary a", turns="/shop")
            return False
        self.point(".terms label")
        self.point(".pay", turns="/checkout")
        return True

    def checkout_visit(self) -> None:
        name = self.random.choice(_NAMES)
        self._write("#name", name)
        self._write("#mail", f"{name.split()[0].lower()}@example.org")
        self._write("#street", "Fell Road 4")
        if self.does("street"):
            return
        self._write("#code", "CA12 5")
        self._write("#city", "Keswick")
        if self.random.random() < 0.5:
            self.point(".ways label:nth-of-type(3) > span")
        if self.random.random() < 0.3:
            self.point(".note > summary", ("note", "open"))
        self.point(".order", turns="/thanks")

    def _write(self, field: str, text: str) -> None:
        self.point(field)
        self.steps.append(Step("type", field, value=text))

    # Help

    def help_visit(self) -> None:
        self.glance(".topic.is-on p", "#returns h2")
        if self.does("return question"):
            self.question(1)
        for at in (2, 4):
            if self.random.random() < 0.35:
                self.question(at)
        if self.does("island question"):
            self.question(3)
        if self.random.random() < 0.6:
            self.point("#care h3:nth-of-type(2) > button", ("care 2", "open"))
        if self.random.random() < 0.5:
            self.point(".topic-name:nth-of-type(2)", ("topic", "2"))
        if self.random.random() < 0.5:
            self.point(".delivery iframe >>> button:nth-of-type(2)", ("delivery", "2"))

    def question(self, at: int) -> None:
        self.point(f"#returns details:nth-of-type({at}) > summary", (f"order {at}", "open"))


def browser(plan: Plan) -> None:
    """Looks around on the home page, opens a product or two from the menu."""
    plan.open("/")
    plan.slides()
    plan.season()
    plan.store()
    plan.menu_to_product(plan.random.choice(SLUGS))
    plan.product_visit()
    plan.menu_to_product(plan.random.choice(SLUGS))
    plan.product_visit()


def buyer(plan: Plan) -> None:
    """Knows what it is to be, takes it to the checkout."""
    plan.open("/")
    if not plan.hero():
        plan.menu_to_shop()
    plan.list_visit()
    plan.product_visit()
    plan.choose()
    if plan.random.random() < 0.5:
        plan.point(".added > a", turns="/cart")
    else:
        plan.to_cart()
    if plan.cart_visit():
        plan.checkout_visit()


def reader(plan: Plan) -> None:
    """Wants to know how returns and repairs go."""
    plan.open("/")
    if plan.random.random() < 0.6:
        plan.point(".bar a", turns="/help")
    else:
        plan.menu("care")
        plan.point("#menu-care div > div:nth-of-type(2) li:nth-of-type(2) > a", turns="/help")
    plan.help_visit()


def comparer(plan: Plan) -> None:
    """Holds two products against one another, specs and sizes."""
    plan.open("/shop")
    plan.list_visit()
    plan.product_visit(thorough=True)
    place = plan.random.randint(1, 2)
    first = next(step.turns for step in reversed(plan.steps) if step.turns).rsplit("/", 1)[1]
    other = [slug for slug in SLUGS if slug != first][place - 1]
    plan.point(f".pairs li:nth-of-type({place}) > a", turns=f"/product/{other}")
    plan.product_visit(thorough=True)


def hurried(plan: Plan) -> None:
    """Comes by a link to a product, wants it now, and gets angry."""
    plan.open(f"/product/{plan.random.choice(SLUGS)}")
    plan.product_visit()
    plan.choose()
    plan.to_cart()
    if plan.cart_visit():
        plan.checkout_visit()


def scroller(plan: Plan) -> None:
    """Scrolls with a thumb, taps what comes by."""
    plan.open("/")
    if plan.hero():
        plan.list_visit()
        plan.product_visit()
        return
    plan.scroll(0.25)
    plan.slides()
    plan.scroll(0.55)
    plan.season()
    season_link = ".season-spring" if plan.steps[-1].sets == (("season", "spring"),) else ".season-winter"
    slugs = ("scree-mid", "stormcap-shell") if season_link == ".season-spring" else ("ember-stove", "nightjar-lamp")
    plan.point(f"{season_link} li:nth-of-type(2) > a", turns=f"/product/{slugs[1]}")
    plan.product_visit()


KINDS: dict[str, Callable[[Plan], None]] = {
    "browser": browser,
    "buyer": buyer,
    "reader": reader,
    "comparer": comparer,
    "hurried": hurried,
    "scroller": scroller,
}

_MIX = ("buyer", "browser", "reader", "hurried", "scroller", "comparer")


def invite(
    viewports: tuple[Viewport, ...], count: int, seed: int, dealer: type[Chances] = Chances
) -> tuple[list[Visitor], Chances]:
    """`count` visitors, spread over viewports, kinds and variants, and how often each habit was dealt.

    The same arguments give the same visitors and plans. `dealer` says how habits are dealt.
    """
    chances = dealer(Random(f"{seed} chances"))
    visitors = []
    for at in range(count):
        viewport = viewports[at % len(viewports)]
        turn = at // len(viewports)
        kind = _MIX[turn % len(_MIX)]
        variant = "ab"[(turn + turn // len(_MIX)) % 2]
        plan = Plan(Random(f"{seed} {at}"), viewport, variant, chances)
        KINDS[kind](plan)
        visitors.append(Visitor(f"v{at:03d}", kind, viewport, variant, tuple(plan.steps)))
    return visitors, chances
