"""The forms room: the newsdesk's acts as pages for one person at this machine, who does not use a terminal.

Bring a way to open the desk (``Opens``: its book is open only while a page needs it), the secret that every
address begins with, and the hosts it may be called by; ``make_forms`` leaves you with what answers requests.
Works without any script; nothing is signed that was not shown first. The secret in the address is what lets
somebody in: no other page can know it, so none can send a form here.
"""

from syndicate.forms._site import Forms, Opens, make_forms

__all__ = ["Forms", "Opens", "make_forms"]
