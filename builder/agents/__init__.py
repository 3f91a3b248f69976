"""Agents that write questions."""
