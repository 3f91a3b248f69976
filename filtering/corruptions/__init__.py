"""The one place that plants errors, so that a filter can be fitted and judged without labels."""

from filtering.corruptions.families import GROUPS, Family, families
from filtering.corruptions.planting import Planted, corrupt
from filtering.corruptions.records import CLEAN, Corruption

__all__ = ["CLEAN", "GROUPS", "Corruption", "Family", "Planted", "corrupt", "families"]
