"""Families that exchange whole parts between rows: answers, pairs, panels, captions, images."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from filtering.corruptions.editing import answered
from filtering.corruptions.pool import Pool, asks_same, differs, is_foreign, pick, text_truth
from filtering.corruptions.records import Change, Item
from filtering.records import QA
from filtering.text.captions import read_caption

_PANEL = re.compile(r"\b(?P<word>panels?)\s(?P<letter>[A-Za-z])\b(?!\s?(?:-|–|,|and\b|to\b))")


def answer_swap(item: Item, pool: Pool, dice: Random) -> Change | None:
    """The answer of another figure to a comparable question."""
    donor = pool.comparable(item.qa, dice)
    changed = answered(item, donor.qa.answer) if donor else None
    if donor is None or changed is None:
        return None
    return Change(changed, item.qa.answer, donor.qa.answer, "", pool.truth(changed.qa))


def qa_swap(item: Item, pool: Pool, dice: Random) -> Change | None:
    """The whole pair of another figure."""
    donor = pick(pool.rows, dice, lambda i: is_foreign(i.qa, item.qa) and differs(i.qa, item.qa))
    if donor is None:
        return None
    texts = {"question": donor.qa.question, "answer": donor.qa.answer}
    changed = replace(item.qa, **texts, statement=donor.qa.statement)
    before, after = (f"{qa.question} {qa.answer}" for qa in (item.qa, donor.qa))
    return Change(Item(changed, item.image), before, after, "", pool.truth(changed))


def panel_swap(item: Item, pool: Pool, dice: Random) -> Change | None:
    """The value of one panel is given for another: the letter in question and statement changes."""
    found = _PANEL.search(item.qa.question)
    if found is None:
        return None
    letter = found["letter"]
    labels = read_caption(item.qa.caption).labels
    others = {other for label in labels for other in label.letters} - {letter.upper()}
    if not others:
        return None
    new = dice.choice(sorted(others))
    new = new if letter.isupper() else new.lower()
    old_name, new_name = (f"{found['word']} {n}" for n in (letter, new))
    texts = (re.sub(rf"\b{old_name}\b", new_name, t) for t in (item.qa.question, item.qa.statement))
    question, statement = texts
    if item.qa.statement.strip() and statement == item.qa.statement:
        return None
    changed = replace(item.qa, question=question, statement=statement)
    return Change(
        Item(changed, item.image), old_name, new_name, "panel", _panel_truth(changed, pool)
    )


def _panel_truth(changed: QA, pool: Pool) -> bool | None:
    """Known where another row of the figure answers the same question about the panel."""
    for sibling in pool.siblings(changed):
        if asks_same(sibling.question, changed.question):
            return not differs(sibling, changed)
    return None


def caption_swap(item: Item, pool: Pool, dice: Random) -> Change | None:
    """The caption of another figure; the same for all rows of a figure."""
    caption = item.qa.caption
    donor = pick(pool.captions, dice, lambda c: c[0] != item.qa.figure_id and c[1] != caption)
    if donor is None or not donor[1].strip():
        return None
    changed = replace(item.qa, caption=donor[1])
    return Change(Item(changed, item.image), caption, donor[1], "", text_truth(changed))


def image_swap(item: Item, pool: Pool, dice: Random) -> Change | None:
    """The image of another figure; the same for all rows of a figure. What it shows is unknown."""
    if not item.image:
        return None
    figure, image = item.qa.figure_id, item.image
    donor = pick(pool.images, dice, lambda i: i[0] != figure and i[1] not in ("", image))
    return Change(Item(item.qa, donor[1]), image, donor[1], "", None) if donor else None
