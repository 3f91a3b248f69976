"""What a pair shares with its caption, as numbers that anyone can check by reading."""
