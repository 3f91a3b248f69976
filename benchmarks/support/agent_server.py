"""A server that answers chat completions after 200 ms, as cheaply as it can."""

from __future__ import annotations

import asyncio
import json
from multiprocessing.connection import Connection

DELAY = 0.2
_FACTS = {
    "facts": [
        {
            "answer": "DAPI",
            "evidence": "Nuclei were stained with DAPI.",
            "kind": "stain",
            "visible": True,
        }
    ]
}
_PAIRS = {
    "pairs": [
        {
            "fact": 0,
            "task": "EU",
            "question": "Which stain shows the nuclei in this figure?",
            "answer": "DAPI",
            "statement": "The nuclei were stained with DAPI.",
            "evidence": "Nuclei were stained with DAPI.",
            "confidence": 0.9,
        }
    ]
}


def _response(said: object) -> bytes:
    completion = {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "made",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": json.dumps(said)},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960},
    }
    body = json.dumps(completion).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_REPLIES = {b'"title":"Facts"': _response(_FACTS), b'"title":"Pairs"': _response(_PAIRS)}


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next(line for line in lines if line.startswith(b"content-length:"))
            body = await reader.readexactly(int(length.split(b":")[1]))
            compact = body.replace(b'": "', b'":"')
            await asyncio.sleep(DELAY)
            writer.write(next(text for title, text in _REPLIES.items() if title in compact))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def serve(pipe: Connection) -> None:
    """Serves until the process is ended; sends its URL through the pipe."""

    async def run() -> None:
        server = await asyncio.start_server(_answer, "127.0.0.1", 0, limit=1 << 22, backlog=512)
        port = server.sockets[0].getsockname()[1]
        pipe.send(f"http://127.0.0.1:{port}/v1")
        await server.serve_forever()

    asyncio.run(run())
