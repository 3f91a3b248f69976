from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def microvqa_pp(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "builder.commands.main", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def test_a_small_build_ends_with_where_things_are_and_what_to_try(tmp_path: Path) -> None:
    done = microvqa_pp("build", "--source", "phantom:12", "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Release: out/release" in done.stdout
    assert done.stdout.splitlines()[-1] == "Next: microvqa-pp show out"
    shown = microvqa_pp("show", "out", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    for words in ("figures,", "key position", "CC0-1.0", "released", "Reason"):
        assert words in shown.stdout


def test_brackets_in_paths_are_printed_as_they_are(tmp_path: Path) -> None:
    for folder in ("m[/x]", "m[red]z"):
        done = microvqa_pp("build", "--source", "phantom:1", "--output", folder, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == f"Next: microvqa-pp show {folder}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--source", "martian"], "unknown source kind 'martian'"),
        (["build", "--source", "phantom:many"], "phantom:many is no number of figures"),
        (["build", "--source", "phantom:10000001"], "too many figures: at most 10,000,000"),
        (["build", "--source", "pmc_oa"], "pmc_oa needs a location"),
        (["build", "--source", "pmc_oa:nowhere"], "nowhere"),
        (["build", "--source", "phantom:5", "--source", "phantom:5"], "named twice"),
        (["build", "--keep-ratio", "7"], "keep_ratio: Input should be less than or equal to 1"),
        (
            ["build", "--agent", "oracle"],
            "agent: Value error, 'oracle' is none: offline, openai:MODEL",
        ),
        (["build", "--source", "phantom:2", "--exclude", "no where"], "no where does not exist"),
        (["build", "--source-license", "mine"], "'mine' is no licence known here"),
        (["build", "--source", "phantom:2", "--output", "/proc/none"], "/proc/none"),
        (["show", "nowhere"], "no release in nowhere"),
    ],
)
def test_bad_input_ends_with_one_clear_line(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    done = microvqa_pp(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_help_names_every_option(tmp_path: Path) -> None:
    shown = microvqa_pp("build", "--help", cwd=tmp_path).stdout
    for option in ("--source", "--output", "--agent", "--keep-ratio", "--seed", "--license"):
        assert option in shown


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_full_disk_ends_with_a_clear_line_and_the_build_can_go_on(
    tmp_path: Path, workers: str
) -> None:
    """The limit on file size stands in for the disk: writes fail in the middle."""
    settings = ["build", "--source", "phantom:200", "--output", "out", "--workers", workers]
    limited = [sys.executable, "-c", LIMITED, *settings]
    done = subprocess.run(limited, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert microvqa_pp(*settings, cwd=tmp_path).returncode == 0


LIMITED = (
    "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
    "from builder.commands.main import main; main()"
)
