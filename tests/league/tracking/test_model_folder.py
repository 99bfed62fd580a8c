"""A champion's folder is the one that MLflow itself would write, and with an MLflow that was not tested MLflow writes it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from league.export.pyfunc import Deployment, ModelParts
from league.population.player import Player
from league.storage.store import GenerationRow
from league.tracking import private_formats
from league.tracking.model_folder import model_folder
from tests.league.paper_league import CONFIG, weights

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own, while it saves and loads


@pytest.fixture(scope="module")
def parts() -> ModelParts:
    champion = Player("main-01-g000", "main agent", "historical", "main-01", "snapshot", 0, "d1")
    row = GenerationRow(0, champion.name, 1.0, 1, {}, {}, "2026-01-02 03:04:05")
    return Deployment(CONFIG).parts(champion, weights(champion.name), row)


@pytest.fixture
def ours(parts: ModelParts) -> dict[str, bytes]:
    return model_folder(parts, "a" * 32)


@pytest.fixture
def theirs(parts: ModelParts, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What is written where the installed MLflow is none of those that were tested."""
    monkeypatch.setattr(private_formats, "TESTED", ())
    return model_folder(parts, "a" * 32)


def card(files: dict[str, bytes]) -> dict[str, Any]:
    return yaml.safe_load(files["MLmodel"])


def load(files: dict[str, bytes], folder: Path) -> Any:
    import mlflow.pyfunc

    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return mlflow.pyfunc.load_model(str(folder))


def test_a_model_is_what_mlflow_itself_would_write(ours: dict[str, bytes], theirs: dict[str, bytes]) -> None:
    assert ours.keys() == theirs.keys()
    for key in ("signature", "saved_input_example_info", "metadata"):
        assert card(ours)[key] == card(theirs)[key]
    own, other = (card(files)["flavors"]["python_function"] for files in (ours, theirs))
    assert other.keys() - own.keys() == {"cloudpickle_version"}
    assert own["loader_module"] == other["loader_module"]
    assert own["env"] == other["env"]


def test_both_ways_the_model_decides_alike(ours: dict[str, bytes], theirs: dict[str, bytes], tmp_path: Path) -> None:
    rows = pd.DataFrame({"observation": [[0.0] * 18, [1.0] * 18]})
    one, two = (load(files, tmp_path / name).predict(rows) for name, files in (("ours", ours), ("theirs", theirs)))
    assert np.allclose(np.stack(one["probabilities"]), np.stack(two["probabilities"]), atol=0)


def test_the_same_champion_of_the_same_run_is_the_same_model(parts: ModelParts, ours: dict[str, bytes]) -> None:
    assert model_folder(parts, "a" * 32) == ours
    assert card(model_folder(parts, "b" * 32))["model_uuid"] != card(ours)["model_uuid"]


def test_nothing_in_a_model_is_pickled(ours: dict[str, bytes], theirs: dict[str, bytes]) -> None:
    ends = (".pkl", ".pickle", ".pt", ".pth", ".bin")
    assert not [name for name in (*ours, *theirs) if name.endswith(ends)]
