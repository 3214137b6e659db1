"""The demo: a whole federation on loopback, all of it fiction, hostile parties included."""
