"""One small workspace with visitors for all tests here; nobody writes to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from heatreel.app.viewer.api import Api
from viewer_making import make_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def api(site: Path) -> Api:
    return Api(site)
