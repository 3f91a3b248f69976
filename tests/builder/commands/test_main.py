from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from builder.commands.main import COMMANDS

HEAVY = ("torch", "scipy", "sklearn", "pandas", "datasets", "transformers", "fsspec", "ray")


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
    assert "Traceback" not in done.stderr
    *log, last = done.stderr.strip().splitlines()
    assert message in last
    assert not log or "--exclude" in arguments  # which is looked into after the stages


def test_help_names_every_option_that_there_was(tmp_path: Path) -> None:
    shown = microvqa_pp("build", "--help", cwd=tmp_path).stdout
    for option in (
        "source", "output", "agent", "keep-ratio", "test-ratio", "seed", "license", "microscopy",
        "topic", "source-license", "exclude", "bloom-target", "bloom-beside", "workers", "engine",
        "ray-address", "gpus-per-worker", "base-url", "revision", "samples", "rounds",
        "concurrency", "batch-size", "timeout", "price-in", "price-out", "budget", "dry-run",
        "fit", "clip", "nli", "config", "verbose", "quiet",
    ):  # fmt: skip
        assert f"--{option} " in shown


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"]])
def test_the_command_line_starts_without_what_it_does_not_need(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv[1:] = {arguments}; from builder.commands.main import main\n"
        f"try: main()\nexcept SystemExit: print([n for n in {HEAVY} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_where_the_table_says(name: str) -> None:
    entry = COMMANDS[name]
    function = getattr(import_module(entry.module), entry.function)
    assert " ".join(function.__doc__.split("\n\n")[0].split()) == entry.help


def test_options_win_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / "build.yaml").write_text(
        "source: phantom:6\noutput: here\nkeep_ratio: 0.5\nmodel: {samples: 1}\nbudget: null\n"
    )
    done = microvqa_pp("build", "--config", "build.yaml", "--keep-ratio", "0.75", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "here" / "run.json").read_text())["config"]
    assert (made["sources"], made["keep_ratio"]) == (["phantom:6"], 0.75)
    assert made["model"]["samples"] == 1
    # A build's own record is a file of settings too.
    again = microvqa_pp("build", "--config", "here/run.json", "--output", "there", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    there = json.loads((tmp_path / "there" / "run.json").read_text())["config"]
    assert there == made | {"output": "there"}


def test_without_a_terminal_each_stage_has_a_line(tmp_path: Path) -> None:
    command = ["build", "--source", "phantom:6", "--output", "out"]
    told = microvqa_pp(*command, cwd=tmp_path).stderr.splitlines()
    stages = ["Figures", "Candidates", "Signals", "Decisions, questions", "Splits", "Release"]
    begins = [line.split(" ", 1)[1].split(":")[0] for line in told]
    assert [begin for begin in begins if begin in stages] == stages
    assert re.search(r"figures \d+, quarantine 0 \(shards 1; .* s\)", told[0])
    assert microvqa_pp(*command, "-q", cwd=tmp_path).stderr == ""
    assert "shard 00000" in microvqa_pp(*command, "-v", cwd=tmp_path).stderr


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
