"""Accuracy, its intervals, comparisons and biases."""
