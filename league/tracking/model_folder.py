"""Makes the folder of an MLflow model from a champion."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from league.export.pyfunc import CODE, OUTPUTS, PARAMS, ModelParts
from league.tracking import private_formats


def model_folder(parts: ModelParts, run: str) -> dict[str, bytes]:
    """The files of a model by their names within its folder.

    Args:
        parts: The model.
        run: MLflow's id of the model's run.
    """
    return private_formats.model_files(parts, run) if private_formats.supported() else _saved(parts)


def _saved(parts: ModelParts) -> dict[str, bytes]:
    """The files that `mlflow.pyfunc.save_model` writes. It imports the code and runs the example, which takes seconds."""
    import mlflow.pyfunc
    import pandas as pd

    example = None if parts.example is None else pd.DataFrame(parts.example["data"], columns=parts.example["columns"])
    with TemporaryDirectory() as place:
        source, target = Path(place) / "source", Path(place) / "model"
        source.mkdir()
        for name, content in {CODE: parts.code, **parts.artifacts}.items():
            (source / name).write_bytes(content)
        mlflow.pyfunc.save_model(
            target,
            python_model=str(source / CODE),
            artifacts={Path(name).stem: str(source / name) for name in parts.artifacts},
            signature=_signature(parts),
            pip_requirements=list(parts.needed),
            input_example=example,
            metadata=parts.facts,
        )
        paths = [path for path in target.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        return {path.relative_to(target).as_posix(): path.read_bytes() for path in paths}


def _signature(parts: ModelParts) -> Any:
    """The model's signature: input columns, output columns, params."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import AnyType

    def schema(columns: tuple[tuple[str, str, bool], ...]) -> Schema:
        kinds: dict[str, Any] = {"any": AnyType(), "string": DataType.string}
        return Schema([ColSpec(kinds[kind], name, required) for name, kind, required in columns])

    params = ParamSchema([ParamSpec(name, DataType[kind], default) for name, kind, default in PARAMS])
    return ModelSignature(schema(parts.inputs), schema(OUTPUTS), params)
