"""What is installed is complete: the built distribution holds what the code reads at run time."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.architecture.python_files import ROOT, SRC


@pytest.fixture(scope="module")
def distribution(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive, built without the network."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def assets() -> set[str]:
    """Every file of prompts/ and schemas/, as the repository names it."""
    folders = [ROOT / "prompts", ROOT / "schemas"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix]
    return {file.relative_to(ROOT).as_posix() for file in files}


def test_the_wheel_carries_every_file_prompt_and_schema(distribution: Path) -> None:
    wheel = next(distribution.glob("bunsui-*.whl"))
    files = [file for file in SRC.rglob("*.*") if file.parent.name != "__pycache__"]
    expected = {file.relative_to(SRC).as_posix() for file in files if file.is_file()}
    expected |= {f"bunsui_core/_assets/{name}" for name in assets()}

    assert expected <= set(zipfile.ZipFile(wheel).namelist())


def test_the_source_archive_carries_what_the_wheel_is_built_from(distribution: Path) -> None:
    archive = next(distribution.glob("bunsui-*.tar.gz"))
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}

    assert {"pyproject.toml", "LICENSE", "README.md", *assets()} <= names
