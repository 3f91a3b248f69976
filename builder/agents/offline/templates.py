"""Stems and statements, one row per attribute.

`{where}` is 'in panel B' or 'in this figure', `{Where}` the same at the start of a sentence; the
other names are slots of the pattern. `finer` names slots that make the attribute finer, because
only answers to the same slots are comparable; `single` attributes must have one value per figure.
"""

from __future__ import annotations

from builder.agents.offline.stems_experiment import EXPERIMENT_STEMS
from builder.agents.offline.stems_image import IMAGE_STEMS
from builder.agents.offline.stems_reasoning import REASONING_STEMS
from builder.agents.offline.template import Template

VERSION = "templates-3"
TEMPLATES: dict[str, Template] = {**IMAGE_STEMS, **EXPERIMENT_STEMS, **REASONING_STEMS}
