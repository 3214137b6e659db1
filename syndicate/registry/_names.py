"""Where everything stands in a repository: fixed names, since TUF cannot list what a role delegates."""

from typing import Final

from syndicate.news import MemberCode

FEDERATION: Final = "federation.json"
POLICY: Final = "log/policy.txt"
METADATA: Final = "metadata"  # the two folders of a repository
TARGETS: Final = "targets"


def manifest_path(code: MemberCode) -> str:
    """A member's agencies, hosts, feeds and item keys."""
    return f"members/{code}/manifest.json"


def revocations_path(code: MemberCode) -> str:
    """What single persons of a member revoked."""
    return f"members/{code}/revocations.json"


def manifest_role(code: MemberCode) -> str:
    """The role that signs a member's manifest, and nothing else."""
    return str(code)


def revocations_role(code: MemberCode) -> str:
    """The role that signs a member's revocations, and nothing else."""
    return f"{code}-revocations"
