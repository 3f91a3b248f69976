"""Damages bytes the way disks, networks, editors and attackers do, the same way for a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy

import pyarrow as pa
from lxml import etree

_ODD = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x80", b"-1", b"0", b"9" * 30, b"1e999", b"NaN",
    b"null", b"[]", b"{}", b'"', b"'", b"\\", b"\n", b"\r\n", b"\t", b"%s", b"../../etc/passwd",
    b"A" * 5000, b"[" * 3000, b"{" * 3000, b"<a>" * 3000, b"&#0;", b"&#x110000;", b"&amp;" * 500,
    "\u202e\u0000é".encode(), "𝕏".encode() * 50, b"\xed\xa0\x80", b"true", b"1e-320",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<![CDATA[", b"-->", b" " * 2000,
)  # fmt: skip


def mutant(seeds: Sequence[bytes], rng: random.Random) -> tuple[int, bytes]:
    """One of the seeds, damaged in one to six places; which one it was comes with it."""
    which = rng.randrange(len(seeds))
    data = bytearray(seeds[which])
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        _damage(data, seeds, rng)
    return which, bytes(data)


def _damage(data: bytearray, seeds: Sequence[bytes], rng: random.Random) -> None:
    start = rng.randrange(len(data) + 1)
    length = min(rng.choice((1, 2, 4, 16, 64, 512, 4096)), len(data) - start)
    end = start + length
    kind = rng.randrange(9)
    if kind == 0 and data:
        data[min(start, len(data) - 1)] ^= 1 << rng.randrange(8)
    elif kind == 1:
        data[start:end] = rng.randbytes(length)
    elif kind == 2:
        del data[start:end]
    elif kind == 3:
        data[start:start] = data[start:end] * rng.choice((1, 2, 20))
    elif kind == 4:
        data[start:start] = rng.choice(_ODD)
    elif kind == 5:
        data[start:end] = rng.choice(_ODD)
    elif kind == 6:
        del data[start:]
    elif kind == 7:
        other = rng.choice(seeds)
        place = rng.randrange(len(other) + 1)
        data[start:end] = other[place : place + rng.choice((8, 64, 512))]
    else:
        data[start:end] = bytes(length)


def odd_table(table: pa.Table, rng: random.Random) -> pa.Table:
    """A sound table of the wrong kind: a column gone, renamed, emptied, of another type, shuffled,
    or the rows cut."""
    place = rng.randrange(table.num_columns)
    name, column = table.column_names[place], table.column(place)
    kind = rng.randrange(7)
    if kind == 0:
        return table.remove_column(place)
    if kind == 1:
        return table.rename_columns([f"{n}_" if n == name else n for n in table.column_names])
    if kind == 2:
        return table.set_column(place, name, pa.nulls(len(table), column.type))
    if kind == 3:
        return table.set_column(place, name, pa.array([str(v) for v in column.to_pylist()]))
    if kind == 4:
        return table.set_column(place, name, pa.array([rng.randint(-(2**40), 2**40)] * len(table)))
    if kind == 5:
        order = list(range(len(table)))
        rng.shuffle(order)
        return table.set_column(place, name, column.take(pa.array(order)))
    return table.slice(0, rng.randrange(len(table) + 1))


def odd_xml(data: bytes, rng: random.Random) -> bytes:
    """Well-formed XML of another form: elements gone, repeated, moved, renamed, nested deeply, and
    their texts and attributes damaged."""
    root = etree.fromstring(data)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        nodes = [node for node in root.iter() if isinstance(node.tag, str)]
        node, other = rng.choice(nodes), rng.choice(nodes)
        parent = node.getparent()
        kind = rng.randrange(7)
        if kind == 0 and parent is not None:
            parent.remove(node)
        elif kind == 1 and parent is not None:
            again = deepcopy(node)  # parsing once more would refuse what is nested deeply
            again.tail = None
            parent.append(again)
        elif (
            kind == 2
            and parent is not None
            and node is not other
            and node not in other.iterancestors()
        ):
            other.append(node)
        elif kind == 3:
            node.tag = other.tag
        elif kind == 4:
            node.text = _odd_text(node.text or "", rng)
        elif kind == 5 and node.attrib:
            name = rng.choice(list(node.attrib))
            node.set(name, _odd_text(node.get(name) or "", rng))
        elif kind == 6:
            for _ in range(rng.choice((5, 200))):
                node = etree.SubElement(node, node.tag)
            node.text = "deep"
    return bytes(etree.tostring(root))


def _odd_text(text: str, rng: random.Random) -> str:
    data = bytearray(text.encode())
    _damage(data, [text.encode() or b" "], rng)
    kept = data.decode("utf-8", "ignore")
    return "".join(c for c in kept if c.isprintable() and c not in "\ufffe\uffff") or "../../x"
