"""An installation whose packages are not ours is one sentence, before anything else is imported."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from league.importing import PACKAGES, clash

ROOT = Path(__file__).parents[3]


def league(*path: Path, program: str = "from league.cli.entry import main; main()") -> subprocess.CompletedProcess[str]:
    """The command `league`, with folders first on Python's path."""
    told = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    code = f"import sys; sys.argv = ['league', '--version']; {program}"
    return subprocess.run(
        [sys.executable, "-S", "-c", code], env=told, cwd=Path(path[0].anchor), capture_output=True, text=True, check=False
    )


def foreign(folder: Path, name: str) -> Path:
    file = folder / name / "__init__.py"
    file.parent.mkdir(parents=True)
    file.write_text("raise SystemExit('imported')")
    return file


def test_our_own_packages_do_not_clash() -> None:
    assert clash() == ""


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_hides_ours_is_one_sentence_with_both_places(tmp_path: Path, name: str) -> None:
    file = foreign(tmp_path, name)
    ran = league(tmp_path, ROOT)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error: the package {name!r} is loaded from {file}")
    assert str(ROOT / name / "__init__.py") in ran.stderr
    assert "an environment of its own" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The project as it is installed beside other projects."""
    for name in ("league", *PACKAGES):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_a_package_that_was_overwritten_is_one_sentence(installed: Path) -> None:
    shutil.rmtree(installed / "agents")
    file = foreign(installed, "agents")
    record = installed / "openai_agents-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: openai-agents\nVersion: 1.0\n")
    (record / "top_level.txt").write_text("agents\n")
    ran = league(installed)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"error: {file}, a file of marl-league, was overwritten by another project (of openai-agents)")
    assert len(ran.stderr.splitlines()) == 1


def test_a_package_of_which_files_are_left_over_is_one_sentence(installed: Path) -> None:
    (installed / "envs" / "__init__.py").unlink()
    ran = league(installed)
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: the package 'envs' of marl-league is not complete")


def test_in_python_it_is_the_sentence_of_the_import_error(tmp_path: Path) -> None:
    foreign(tmp_path, "envs")
    ran = league(tmp_path, ROOT, program="from league import League")
    assert ran.stderr.splitlines()[-1].startswith("ImportError: the package 'envs' is loaded from")


def test_a_missing_dependency_is_one_sentence(tmp_path: Path) -> None:
    ran = league(tmp_path, ROOT, program="sys.modules['typer'] = None; from league.cli.entry import main; main()")
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: a package cannot be imported (import of typer halted")


def test_a_package_in_the_working_directory_does_not_hide_ours(tmp_path: Path) -> None:
    for name in ("agents", "numpy", "torch", "typer"):
        foreign(tmp_path, name)
    told = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}"}  # the empty part is the working directory
    code = "import sys; sys.path.insert(0, ''); sys.path.insert(0, sys.argv[1]); sys.argv = ['league', 'list']; "
    code += "from league.cli.entry import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], env=told, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
