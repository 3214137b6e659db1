"""What every table of a hub belongs to."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class HubTable(SQLModel, registry=registry()):
    """The tables of one hub; the agency's stream book has a family, and a version line, of its own."""
