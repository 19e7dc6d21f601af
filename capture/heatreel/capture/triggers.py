"""Candidates for triggers: their record, which are safe to try, in which order, and which stand for others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from heatreel.core.routes import origin

ORDER = (
    "summary",
    "declared",
    "aria",
    "check",
    "select",
    "field",
    "link-listener",
    "link-picture",
    "listener",
    "button",
    "hover-css",
    "hover-listener",
    "hover-hint",
    "hash",
    "link",
    "cursor",
)
"""Reasons, the most useful first: the share of clicks that change what is seen falls along this line."""

SURE = frozenset({"summary", "declared", "aria", "check"})
"""Reasons by which a page says that the element is a switch."""

ALIKE_SURE = 40
ALIKE = 12
CHOICES = 3
"""Up to so many structurally alike candidates are all tried; of more, the first, the second and the last."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An element that may change what is seen. The keys are those of `record` in `inpage/find.js`.

    `at` is where to click: the element, or the label of a hidden input. Lengths are page CSS px.
    """

    selector: str
    at: str
    reason: str
    name: str = ""
    tag: str = ""
    role: str = ""
    type: str = ""
    expanded: str = ""
    popup: str = ""
    selected: str = ""
    target: str = ""
    group: str = ""
    tablist: str = ""
    href: str = ""
    raw: str = ""
    download: bool = False
    new_window: bool = False
    classes: str = ""
    data: str = ""
    around: str = ""
    submit: bool = False
    checked: bool = False
    listens: bool = False
    keys: bool = False
    counts: bool = False
    pressed: str = ""
    x: int = 0
    y: int = 0
    w: int = 0
    h: int = 0

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Candidate:
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in record.items() if key in known})

    @property
    def hovers(self) -> bool:
        return self.reason.startswith("hover")

    @property
    def alike(self) -> str:
        """What it shares with candidates of the same make."""
        return f"{self.reason}:{self.group}"

    @property
    def widget(self) -> str:
        """What it is a part of: its tab list, else those of the same make."""
        return self.tablist or self.group

    @property
    def chooses(self) -> bool:
        """Whether it chooses one of several, or sets something: doing it again leads nowhere else."""
        sets = self.role in _SETTERS or self.type in ("radio", "checkbox") or bool(self.pressed)
        return self.hovers or sets or self.reason in ("select", "field", "summary", "check")

    @property
    def says(self) -> bool:
        """Whether the page itself says that this opens, closes or selects something."""
        return self.reason in SURE or bool(self.expanded or self.popup or self.role == "tab")


_SETTERS = frozenset({"tab", "option", "radio", "checkbox", "switch", "menuitemradio", "menuitemcheckbox", "treeitem"})

# Whole words, in the languages of most of the web. A question such as "How do I pay?" is not an order.
_UNSAFE = re.compile(
    r"\b(buy|pay|purchase|order now|place order|check ?out|subscribe|unsubscribe|delete|remove|erase|destroy|"
    r"log ?out|sign ?out|log ?off|submit|send|donate|deactivate|transfer|withdraw|"
    r"kaufen|bezahlen|bestellen|zur kasse|löschen|entfernen|abmelden|abbestellen|absenden|senden|"
    r"acheter|payer|commander|supprimer|déconnexion|se déconnecter|se désabonner|envoyer|"
    r"comprar|pagar|eliminar|borrar|cerrar sesión|enviar|cancelar suscripción|"
    r"acquista|paga|elimina|esci|disconnetti|invia|finalizar|excluir|sair|apagar|"
    r"kopen|betalen|verwijderen|uitloggen|afmelden|kup|zapłać|usuń|wyloguj|wyślij|"
    r"купить|оплатить|удалить|выйти|отправить|購入|支払|削除|ログアウト|送信|购买|付款|删除|退出登录|提交)\b",
    re.IGNORECASE,
)
_COPIES = re.compile(
    r"^\W*(copy|copy to clipboard|copy code|copy link|kopieren|copier|copiar|print|drucken|imprimer)\b", re.I
)
_BACK = re.compile(r"^\W*(prev|previous|zurück|précédent|anterior|precedente)\b|^[‹«←<]$", re.I)
_LONG = 40


def unsafe(candidate: Candidate, page_url: str) -> str:
    """Why a candidate must not be tried, or ""."""
    if candidate.hovers:
        return ""
    if candidate.download:
        return "would download a file"
    scheme = urlsplit(candidate.href).scheme if candidate.href else ""
    if scheme and scheme not in ("http", "https", "javascript", "blob", "data"):
        return f"is a {scheme}: link"
    leaves = scheme in ("http", "https") and origin(candidate.href) != origin(page_url)
    if leaves and candidate.reason in ("link", "link-picture"):
        return "leads off the site"
    if candidate.submit and not candidate.says and not candidate.listens:
        return "would submit a form"
    if _only_leads(candidate):
        return ""
    if not candidate.says and len(candidate.name) <= _LONG and "?" not in candidate.name:
        if found := _UNSAFE.search(candidate.name):
            return f"reads as {found[0].lower()!r}"
        if _COPIES.match(candidate.name):
            return "copies or prints"
    return ""


def _only_leads(candidate: Candidate) -> bool:
    """Whether it is a link that opens another page, whatever it is called: "Send feedback" sends nothing."""
    web = candidate.href.startswith(("http:", "https:")) and not candidate.raw.startswith(("#", "javascript:"))
    return candidate.reason in ("link", "link-picture") and web and not candidate.listens


@dataclass(frozen=True)
class Plan:
    """What to try, in order, and what was left out and why."""

    chosen: tuple[Candidate, ...]
    left_out: tuple[tuple[Candidate, str], ...]


def plan(candidates: Iterable[Candidate], page_url: str, delegates: bool, touch: bool) -> Plan:
    """Orders candidates by usefulness, leaves out the unsafe ones and those that others stand for.

    `delegates`: the page answers clicks at its root, so that a plain link may be handled by a router.
    """
    chosen: list[Candidate] = []
    left_out: list[tuple[Candidate, str]] = []
    for candidate in candidates:
        if candidate.hovers and touch:
            continue
        plain = candidate.reason == "link" and not (delegates or candidate.listens)
        if candidate.href and not candidate.says and _same_page(candidate, page_url):
            continue
        if candidate.counts and not candidate.expanded and not candidate.popup:
            left_out.append((candidate, "counts; there is no state for each number"))
        elif reason := unsafe(candidate, page_url):
            left_out.append((candidate, reason))
        elif not plain:
            chosen.append(candidate)
    kept, dropped = _thin(_one_by_target(chosen))
    for first, count in dropped:
        left_out.append((first, f"is one of {count} alike that were not tried; the first, second and last were"))
    # Forwards before backwards: slides are then found, and named, in their order.
    kept.sort(key=lambda candidate: (ORDER.index(candidate.reason), bool(_BACK.search(candidate.name))))
    return Plan(tuple(kept), tuple(left_out))


def _same_page(candidate: Candidate, page_url: str) -> bool:
    """Whether a link leads to where one is: that shows the page anew, and is no state."""
    plain = candidate.raw and not candidate.raw.startswith(("#", "javascript:"))
    return bool(plain) and candidate.href.split("#")[0] == page_url.split("#")[0] and "#" not in candidate.href


def _one_by_target(candidates: list[Candidate]) -> list[Candidate]:
    """One link for each address; a page repeats its links."""
    seen: set[str] = set()
    kept = []
    for candidate in candidates:
        address = candidate.href if candidate.reason in ("link", "link-picture") else ""
        if address and address in seen:
            continue
        seen.add(address)
        kept.append(candidate)
    return kept


def _thin(candidates: list[Candidate]) -> tuple[list[Candidate], list[tuple[Candidate, int]]]:
    """Of long lists of structurally alike candidates the first, the second and the last; and, of each list, the
    first that was dropped with how many were."""
    groups: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.reason, candidate.group].append(candidate)
    kept: list[Candidate] = []
    dropped: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        name = (candidate.reason, candidate.group)
        alike = groups[name]
        if candidate.reason == "link":
            # One tells whether the page handles its links itself; the crawl follows the others.
            kept += [candidate] if candidate is alike[0] else []
        elif len(alike) <= _limit(candidate) or candidate in (alike[0], alike[1], alike[-1]):
            kept.append(candidate)
        else:
            dropped[name].append(candidate)
    return kept, [(alike[0], len(alike)) for alike in dropped.values()]


def _limit(candidate: Candidate) -> int:
    """How many alike are all tried."""
    if candidate.role in ("option", "menuitemradio", "gridcell", "slider", "spinbutton"):
        return CHOICES
    return ALIKE_SURE if candidate.says else ALIKE
