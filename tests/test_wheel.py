from __future__ import annotations

import site
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_wheel_builds_a_dataset_outside_the_clone(tmp_path: Path) -> None:
    """Installed elsewhere, with nothing of the clone in reach, the command makes a release."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    wheel = next(tmp_path.glob("*.whl"))
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True)
    packages = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    script = str(tmp_path / "venv" / "bin" / "microvqa-pp")
    command = [script, "build", "--source", "phantom:24", "--output", "out"]
    subprocess.run(command, cwd=tmp_path, check=True)
    where = [str(python), "-c", "import builder, microvqa_pp; print(builder.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert Path(found.stdout.strip()).is_relative_to(packages)
    card = (tmp_path / "out" / "release" / "README.md").read_text()
    assert "independent implementation" in card
    assert "Phantom data." in card
