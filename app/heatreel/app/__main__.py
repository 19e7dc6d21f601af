"""`python -m heatreel.app`: the `heatreel` command."""

from heatreel.app.main import run

run()
