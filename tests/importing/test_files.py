"""Files as strangers make them: hostile, broken, huge, twice, and cut off by a kill."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from heatreel.replay.importing.files import Source
from heatreel.replay.importing.jsonstream import Broken, Record, json_records
from heatreel.replay.importing.rows import HELD_ROWS, PART_EVENTS, Row, sessions_of
from heatreel.replay.importing.sealing import digest, fold, name_sketch, text_hash
from importing.making import DATA, T0, URL, WINDOW, as_csv, run, stored, write

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def records(folder: Path, text: str, *inside: str) -> list[object]:
    found = list(json_records(Source(write(folder, "x.json", text)), frozenset(inside)))
    return [one.value if isinstance(one, Record) else one for one in found]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=4), min_size=2, max_size=6))
def test_lines_lists_and_lists_in_objects_are_the_same_records(
    tmp_path_factory: pytest.TempPathFactory, rows: list[object]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    texts = [json.dumps(row) for row in rows]
    assert records(folder, "\n".join(texts)) == rows
    assert records(folder, "[" + ", ".join(texts) + "]") == rows
    assert records(folder, json.dumps(rows, indent=2)) == rows
    inside = json.dumps({"a": 1, "data": {"id": "q", "events": rows}})
    assert records(folder, inside, "data", "events") == rows


def test_a_broken_record_costs_itself_alone(tmp_path: Path) -> None:
    found = records(tmp_path, '[{"a": 1},\n{"a": nope, "b": "]}"},\n{"a": {"b": [}},\n{"a": 4}]')
    assert found[0] == {"a": 1} and next(one.line for one in found if isinstance(one, Broken)) == 2
    assert records(tmp_path, '{"a": 1}\n{"a": \n{"a": 3}\n')[::2] == [{"a": 1}, {"a": 3}]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bomb.csv.gz", gzip.compress(b"x,y\n" + b"0" * (300 << 20), 9), "unpacks to more than 200 times its size"),
        ("deep.json", b'[{"x": 1, "y": ' + b"[" * 100_000, "nested too deeply"),
        ("huge.csv", b"x,y,coord_space\n" + b"9" * (3 << 20), "longer than a row can be"),
        ("quote.csv", b'x,y,coord_space\n"' + b"a,b\n" * 200_000, "field larger than field limit"),
        ("latin.csv", "x,y,type\n1,2,für\n".encode("latin-1"), "is not UTF-8"),
        ("zeros.csv", b"x,y\0\0\0\n", "is no text"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n", "is a picture"),
        ("sheet.csv", b"PK\x03\x04rest", "is a ZIP archive"),
        ("half.json.gz", gzip.compress(b'[{"x": 1, "y": 2}]' * 50_000)[:800], "is damaged"),
        ("empty.csv", b" \n", "is empty"),
        ("keys.json", b'{"x":1,"y":2' + b"".join(b',"k%d":1' % n for n in range(20_000)) + b"}", "no record"),
        ("numbers.json", b'{"x": ' + b"9" * 10_000 + b', "y": 2}', "no JSON"),
    ],
)
def test_hostile_files_end_with_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    options = {"space": "page", "url": URL, "viewport": WINDOW}
    if name == "deep.json":
        options["format"] = "jsonl"
    done = run(tmp_path, write(tmp_path, name, content), **options)
    assert said in done.error and name in done.error and "\n" not in done.error and len(done.error) < 600
    assert not done.sessions


def test_a_missing_file_and_an_unknown_format(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "heatreel.app", "import", "-w", str(tmp_path / "w")]
    for arguments, said in ((["none.csv"], "none.csv: no such file"), (["none.csv", "--format", "x"], "--format x")):
        done = subprocess.run([*command, *arguments], capture_output=True, text=True)
        assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_the_same_file_twice_is_stored_once(tmp_path: Path) -> None:
    deeds = [("click", 10.0 * n, 20.0, "#a") for n in range(30)]
    for name, content in (("a.csv", as_csv(deeds)), ("b.json", (DATA / "clarity.json").read_bytes())):
        folder = tmp_path / name
        first = run(folder, write(folder, name, content))
        again = run(folder, write(folder, f"copy-of-{name}", content))
        assert first.account and again.account
        assert again.account.events == again.account.sessions == 0
        assert again.account.skipped["already imported"] == first.account.events
        assert again.events == first.events


def test_exports_that_overlap_are_joined(tmp_path: Path) -> None:
    deeds = [("click", 10.0 * n, 20.0, "#a") for n in range(30)]
    lines = as_csv(deeds).splitlines()
    run(tmp_path, write(tmp_path, "a.csv", "\n".join(lines[:20])))
    done = run(tmp_path, write(tmp_path, "b.csv", "\n".join([lines[0], *lines[10:]])))
    assert done.account and done.account.skipped["already imported"] == 10 and done.account.events == 11
    whole = run(tmp_path / "w", write(tmp_path, "c.csv", "\n".join(lines)))
    assert [session.events for session in done.sessions] == [session.events for session in whole.sessions]


def test_rows_of_a_session_may_be_anywhere(tmp_path: Path) -> None:
    """Sessions do not depend on the order of rows, nor on what fits into memory."""
    rows = [Row(f"s{n % 7}", float(T0 + n * 10), "click", URL, WINDOW, x=float(n), y=1.0) for n in range(700)]
    make = lambda some: {s.id: s.events for s in sessions_of(some, "csv", "default", str)}  # noqa: E731
    assert make(rows) == make(rows[::-1])
    large = (Row("one", float(T0 + n), "click", URL, WINDOW, x=1.0, y=1.0) for n in range(PART_EVENTS * 2 + 5))
    parts = list(sessions_of(large, "csv", "default", str))
    assert [len(part.events) for part in parts] == [PART_EVENTS, PART_EVENTS, 5] and PART_EVENTS < HELD_ROWS
    assert len({event.id for part in parts for event in part.events}) == PART_EVENTS * 2 + 5


def test_a_kill_leaves_whole_sessions(tmp_path: Path) -> None:
    """Killed in the middle, what is stored can be read; the same import again adds what is missing, once."""
    head = "t_ms,x,y,coord_space,url,viewport_w,viewport_h,session"
    rows = (f"{T0 + n},{n % 900},5,page,{URL},1000,700,s{n // 50}" for n in range(60_000))
    file = write(tmp_path, "many.csv", "\n".join([head, *rows]))
    command = [sys.executable, "-m", "heatreel.app", "import", str(file), "-w", str(tmp_path), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = tmp_path / "events.db-wal"
    while process.poll() is None and not (log.exists() and log.stat().st_size > 100_000):
        os.sched_yield()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert all(len(session.events) == 50 for session in stored(tmp_path))
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    (account,) = json.loads(done.stdout)["files"]
    assert account["read"] == 60_000
    assert sum(len(session.events) for session in stored(tmp_path)) == 60_000


def test_sealing_is_that_of_the_page_model() -> None:
    """The constants of capture/page/test/hash.test.ts."""
    assert [text_hash(""), text_hash("a"), text_hash("Größe 😀")] == [0, 2982407054, 512410917]
    assert digest("Add to cart", "site") == "1h81wjn" and digest("", "site") == ""
    assert name_sketch("", "k") == "" and len(name_sketch("Add to cart", "k")) == 12
    assert fold(" Add →  to\ncart « ") == "Add to cart" and fold("...") == "" and fold("+") == "+"
