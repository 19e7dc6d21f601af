"""Canonical URLs and route patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatreel.core.routes import RouteTable

TABLE = RouteTable(("/product/{slug}", "/docs/{path...}", "/app#/item/{id}", "#!/note/{id}", "/"), ("page", "lang"))


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://x.test", "/"),
        ("https://x.test/?utm_source=mail", "/"),
        ("https://x.test/product/blue-shoe?ref=1#reviews", "/product/{slug}"),
        ("https://x.test/product/blue-shoe/", "/product/{slug}"),
        ("https://x.test/product/blue/shoe", "/product/blue/shoe"),
        ("https://x.test/docs/a/b/c.html", "/docs/{path...}"),
        ("https://x.test/app#/item/7", "/app#/item/{id}"),
        ("https://x.test/anything#!/note/7", "#!/note/{id}"),
        ("https://x.test/app#/", "/app"),
        ("https://x.test/app#!/", "/app"),
        ("https://x.test/app#/other/", "/app#/other"),
        ("https://x.test/list?page=2&sort=up", "/list?page=2"),
        ("https://x.test/list?page=2&lang=de", "/list?lang=de&page=2"),
        ("HTTPS://me:secret@X.test:443/a/./b/../c", "/a/c"),
        ("https://x.test/a&b=c;d", "/a&b=c;d"),
        ("https://x.test/caf%c3%a9/%7Eme", "/caf%C3%A9/~me"),
        ("https://x.test/café/~me", "/caf%C3%A9/~me"),
        ("https://x.test/a b", "/a%20b"),
        ("https://x.test/100%", "/100%"),
        ("https://x.test/..", "/"),
        ("https://x.test//a", "//a"),
    ],
)
def test_page_of_a_url(url: str, page: str) -> None:
    assert TABLE.page(url) == page


_part = st.text("abc-_.~%20", min_size=0, max_size=6)


@given(
    path=st.lists(_part, max_size=4), query=_part, fragment=st.sampled_from(["", "x", "/", "/a", "/a/", "!/a", "!/"])
)
def test_canonical_form_of_a_canonical_form_is_itself(path: list[str], query: str, fragment: str) -> None:
    url = f"http://h:8080/{'/'.join(path)}?page={query}&q=1#{fragment}"
    once = TABLE.canonical(url)
    assert TABLE.canonical(once) == once
    assert TABLE.page(once) == TABLE.page(url)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("HTTP://Example.ORG:80/", "http://example.org/"),
        ("https://u:p@example.org:443/a/", "https://example.org/a"),
        ("http://bücher.example/x", "http://xn--bcher-kva.example/x"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
    ],
)
def test_an_origin_is_written_in_one_way(url: str, same: str) -> None:
    assert TABLE.canonical(url) == same


def test_a_pattern_may_be_written_as_people_do() -> None:
    assert RouteTable(("/straße/{name}",)).page("http://h/stra%c3%9fe/x") == "/straße/{name}"


def test_one_url_for_each_page() -> None:
    urls = ["http://h/", "http://h/product/a", "http://h/product/b", "http://h/#top"]
    assert TABLE.representatives(urls) == {"/": "http://h/", "/product/{slug}": "http://h/product/a"}
