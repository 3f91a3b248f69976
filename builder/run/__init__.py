"""The run that strings all stages together: settings, stages, engines, and where tables lie."""
