"""Migrations: a line of versions for the hub's database, and one for the agency's stream book."""
