"""Where else to ask: the fact-check services that the member states name in their registry."""

from collections.abc import Mapping, Sequence

from syndicate.journey import Answer
from syndicate.news import Registry


def services_of(answer: Answer, registry: Registry) -> Sequence[Mapping[str, object]]:
    """The services of the member states; first that of the state whose item was found."""
    first = None if answer.found is None else answer.found.agency[:2]
    members = sorted(registry.members.values(), key=lambda member: (member.code != first, member.code))
    return [
        {"member": member.code, "member_name": member.name(), "name": each.name(), "url": each.url}
        for member in members
        for each in member.services
    ]
