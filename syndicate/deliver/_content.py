"""What stands around a document on its way to a WebSub subscriber (WebSub, section 7)."""

import hmac
from collections.abc import Mapping, Sequence

from syndicate.deliver._topic import Topic
from syndicate.republish import hub_address


def content_fields(topic: Topic, base_url: str, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """The header fields beside the topic's own Content-Type; a signature exactly when there is a secret."""
    links = f'<{hub_address(base_url)}>; rel="hub", <{topic.address(base_url)}>; rel="self"'
    fields = {"Link": links}
    if secrets:
        fields["X-Hub-Signature"] = f"sha256={hmac.digest(secrets[0].encode(), body, 'sha256').hex()}"
    return fields
