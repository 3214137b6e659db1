"""The tests; a package, because a library of the set-up installs another of that name."""
