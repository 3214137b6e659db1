"""syndicate: signed news feeds of official agencies, checked and republished as one.

Nothing is imported here: every room is entered by its own door, such as ``syndicate.trust``.
"""
