"""From a reply in free text to the option that it chose."""
