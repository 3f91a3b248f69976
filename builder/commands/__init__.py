"""The commands of `microvqa-pp`, a module a command or a pair of them."""
