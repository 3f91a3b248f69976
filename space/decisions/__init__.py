"""The tab that shows why each question was kept or dropped."""
