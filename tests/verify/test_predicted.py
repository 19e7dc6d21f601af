"""Predicted heat as a layer: hits of one capture on the snapshots of another, said to be predicted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heatreel.app.evidence import evidence_of
from heatreel.app.painting import Choice, find
from heatreel.core.errors import InputError
from heatreel.core.workspace import Workspace
from verify.drawing import clicks
from verify.test_commands import add, heat, page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Workspace.writing(tmp_path) as workspace:
        add(workspace, "old", page())
        add(workspace, "new", page(buy="Order", help_=False))
    heat(tmp_path, clicks(page(), (2, 6), (3, 3), (4, 1)))
    return tmp_path


def test_hits_lie_on_the_same_elements_of_the_other_build(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        told = evidence_of(workspace, workspace.capture("old"))
        chosen = find(workspace, Choice(label="new", predict="old"))
        outline = workspace.outline(chosen.snapshot)
        hits = chosen.evidence.hits(chosen.snapshot)
        names, counts = np.unique([outline.elements[at].name for at in hits.element.tolist()], return_counts=True)
        assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {"Order": 6, "Home": 1}
        # What HEAD lacks is told in the ledger, and nothing is lost on the way.
        assert chosen.evidence.ledger.line() == "7 of 10 events placed (70.0 %); not placed: 3 missing"
        assert "predicted from 'old'" in chosen.evidence.where
        assert chosen.evidence.visits(chosen.snapshot) == told.visits(workspace.snapshots(workspace.capture("old"))[0])


def test_a_capture_is_not_predicted_from_itself(folder: Path) -> None:
    with Workspace.open(folder) as workspace, pytest.raises(InputError, match="is the capture that is painted"):
        find(workspace, Choice(label="old", predict="old"))
