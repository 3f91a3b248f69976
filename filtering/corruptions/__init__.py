"""The one place that plants errors, so that a filter can be fitted and judged without labels."""

from filtering.corruptions.editing import CLEAN, Corruption
from filtering.corruptions.planting import GROUPS, Family, PlantedTable, corrupt, list_families

__all__ = ["CLEAN", "GROUPS", "Corruption", "Family", "PlantedTable", "corrupt", "list_families"]
