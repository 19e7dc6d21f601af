"""What a person would call an element: its role and name, not its markup."""

from __future__ import annotations

from heatreel.core.element import Element, Outline


def name_of(element: Element, outline: Outline) -> str:
    """Such as: Link “Help”. Without a name of its own an element is told by the nearest named one around it."""
    word = _WORDS.get(element.role) or _WORDS.get(element.tag) or element.role or element.tag
    label = next((text for text in _labels(element) if text), "")
    if label:
        return f"{word} “{label}”"
    around = _around(element, outline)
    return f"{word} in “{around}”" if around else f"{word} {element.selector}"


def _labels(element: Element) -> tuple[str, ...]:
    return element.name, element.label, element.text, element.testid, element.id, element.field, element.src


def _around(element: Element, outline: Outline) -> str:
    parent = element.parent
    while parent >= 0:
        if outline.elements[parent].name:
            return outline.elements[parent].name
        parent = outline.elements[parent].parent
    return ""


_WORDS = {
    "a": "Link", "link": "Link", "button": "Button", "summary": "Summary", "tab": "Tab", "img": "Picture",
    "image": "Picture", "svg": "Icon", "input": "Field", "textbox": "Field", "searchbox": "Search field",
    "checkbox": "Checkbox", "radio": "Option", "combobox": "List", "select": "List", "menuitem": "Menu item",
    "heading": "Heading", "h1": "Heading", "h2": "Heading", "h3": "Heading", "h4": "Heading", "p": "Text",
    "span": "Text", "li": "List item", "listitem": "List item", "label": "Label", "navigation": "Navigation",
    "banner": "Header", "main": "Main area", "contentinfo": "Footer", "dialog": "Dialog", "form": "Form",
    "div": "Area", "section": "Section", "article": "Article", "body": "Page", "html": "Page", "td": "Cell",
    "footer": "Footer", "header": "Header", "nav": "Navigation", "switch": "Switch", "slider": "Slider",
    "iframe": "Frame", "video": "Video", "canvas": "Canvas", "figure": "Figure", "strong": "Text", "em": "Text",
    "region": "Region", "group": "Group", "list": "List", "paragraph": "Text", "generic": "Area",
}  # fmt: skip
