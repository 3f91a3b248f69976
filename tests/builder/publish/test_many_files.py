from __future__ import annotations

import time
from pathlib import Path

from tests.builder.publish.conftest import Client
from tests.hub.server import TestHub

FILES = 2_000
PUSH = (
    "import json; from pathlib import Path; from builder.publish.hub import push_folder\n"
    "done = push_folder(Path({folder!r}), 'org/many', 'dataset')\n"
    "print(json.dumps(done.changed))"
)


def test_a_push_of_thousands_of_files_that_breaks_off_goes_on_where_it_was(
    client: Client, hub: TestHub, tmp_path: Path
) -> None:
    folder = tmp_path / "release"
    names = [f"data/default/train-{i:05d}-of-{FILES:05d}.parquet" for i in range(FILES)]
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"PAR1" + number.to_bytes(8))
    code = PUSH.format(folder=str(folder))
    with client.start("-c", code) as process:
        while len(hub.blobs) < FILES // 2 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
    time.sleep(0.5)  # what was sent before the kill still arrives
    arrived = set(hub.blobs)
    assert FILES // 2 <= len(arrived) < FILES
    assert not hub.repo("dataset", "org/many").files()
    hub.requests.clear()
    again = client.python(code)
    assert again.stdout.splitlines()[-1:] == ["true"], again.stderr
    sent = [request for request in hub.uploads() if request.startswith("PUT ")]
    assert len(sent) == FILES - len(arrived)
    assert set(hub.repo("dataset", "org/many").files() or {}) == set(names)
    assert client.python(code).stdout.splitlines()[-1:] == ["false"]
