"""The filter on anyone's table of questions and answers."""
