"""Gaze: on the page when everything is known that leads there, refused with what is missing when not."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing.making import URL, run, write

PAGE = {"url": URL, "viewport": (1000, 700)}
TOBII = (
    "Recording timestamp [μs]\tParticipant name\tRecording name\tGaze point X [DACS px]\tGaze point Y [DACS px]"
    "\tEye movement type\tGaze event duration [ms]\tEye movement type index"
    "\tFixation point X [DACS px]\tFixation point Y [DACS px]\n"
    "1000\tP01\tR1\t300\t285\tFixation\t120\t1\t310\t285\n"
    "9333\tP01\tR1\t301\t285\tFixation\t120\t1\t310\t285\n"
    "17666\tP01\tR1\t400\t300\tSaccade\t20\t1\t\t\n"
    "26000\tP01\tR1\t5\t5\tFixation\t80\t2\t5\t5\n"
)
PUPIL = (
    "section id,recording id,timestamp [ns],gaze detected on surface,gaze position on surface x [normalized],"
    "gaze position on surface y [normalized]\n"
    "s,r,1700000000000000000,True,0.5,0.5\ns,r,1700000000005000000,False,1.2,0.5\n"
)
WEBGAZER = "x,y,t_ms\n100,200,10\n100,200,60\n-30,5,90\n,,95\n"


def test_tobii_fixations_on_the_page(tmp_path: Path) -> None:
    file = write(tmp_path, "study.tsv", "\ufeff" + TOBII)
    done = run(tmp_path, file, **PAGE, window=(10.0, 85.0), dpr=2.0, still=True)
    assert not done.error and done.account and done.account.format == "tobii"
    (look,) = done.of("gaze")
    assert (look.x, look.y, look.time_ms, look.data["ms"]) == (150, 100, 1, 120)
    assert dict(done.account.skipped) == {
        "samples of a fixation that is counted": 1, "no gaze (a blink, or beside the screen)": 1,
        "gaze beside the page's viewport": 1,
    }  # fmt: skip


def test_a_scroll_log_moves_gaze_down_the_page(tmp_path: Path) -> None:
    file = write(tmp_path, "study.tsv", TOBII.encode("utf-16"))
    log = write(tmp_path, "scroll.csv", "t_ms,scroll_x,scroll_y\n0,0,40\n0.9,0,500\n50,0,9000\n")
    done = run(tmp_path, file, **PAGE, window=(10.0, 85.0), scroll=log)
    assert [(look.x, look.y) for look in done.of("gaze")] == [(300, 700)]
    assert done.account and "say --dpr" in done.account.notes[0]


@pytest.mark.parametrize(
    ("text", "given", "missing"),
    [
        (TOBII, {}, "--url URL"),
        (TOBII, PAGE, "--window X,Y"),
        (TOBII, {**PAGE, "window": (0.0, 0.0)}, "--scroll FILE, or --still"),
        (PUPIL, {**PAGE, "window": (0.0, 0.0), "still": True}, "--screen WxH"),
        (WEBGAZER, PAGE, "how far it was scrolled"),
        ("timestamp [ns],gaze x [px],gaze y [px]\n1,2,3\n", {**PAGE, "still": True}, "scene camera"),
        ("Recording timestamp\tGaze point X [MCS px]\tGaze point Y [MCS px]\n1\t2\t3\n", PAGE, "--space page"),
    ],
)
def test_refused_with_what_is_missing(tmp_path: Path, text: str, given: dict[str, object], missing: str) -> None:
    given = given | ({"format": "webgazer"} if text is WEBGAZER else {})
    done = run(tmp_path, write(tmp_path, "gaze.csv", text), **given)
    assert missing in done.error and done.error.count("\n") == 0 and not done.sessions


def test_pupil_labs_on_a_screen(tmp_path: Path) -> None:
    done = run(
        tmp_path, write(tmp_path, "gaze.csv", PUPIL), **PAGE, window=(0.0, 100.0), screen=(1000.0, 800.0), still=True
    )
    assert [(look.x, look.y, look.time_ms) for look in done.of("gaze")] == [(500, 300, 1_700_000_000_000)]
    assert done.account and done.account.skipped == {"gaze beside the surface": 1}


def test_webgazer_scrolls_with_its_columns(tmp_path: Path) -> None:
    text = "x,y,t_ms,scroll_x,scroll_y\n100,200,10,0,0\n100,200,60,0,350\n-30,5,90,0,0\n,,95,0,0\n"
    done = run(tmp_path, write(tmp_path, "gaze.csv", text), **PAGE, format="webgazer")
    assert [(look.x, look.y) for look in done.of("gaze")] == [(100, 200), (100, 550)]
    assert done.account and sum(done.account.skipped.values()) == 2


def test_tobii_stimulus_that_is_the_page(tmp_path: Path) -> None:
    head = "RecordingTimestamp\tParticipantName\tGazePointX (MCSpx)\tGazePointY (MCSpx)\n"
    text = f"{head}10\tP\t12,5\t3000\n18\tP\t13\t3001\n"
    done = run(tmp_path, write(tmp_path, "studio.tsv", text), **PAGE, space="page")
    assert [(look.x, look.y, look.data.get("ms")) for look in done.of("gaze")] == [(12.5, 3000, None), (13, 3001, 8)]
