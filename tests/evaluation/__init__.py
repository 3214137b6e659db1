"""How well likeness tells copies from siblings, per language."""
