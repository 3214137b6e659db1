"""What OpenAPI has no words for, told to Schemathesis.

Filters of which a query holds one at most; and that a form holds texts, and no records or lists.
"""

from typing import Any

import schemathesis

ALTERNATIVES = {"member", "agency"}
FORM = "application/x-www-form-urlencoded"


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    if case.media_type == FORM and not _is_form(case.body):
        return False
    return len(ALTERNATIVES.intersection(case.query or ())) <= 1


def _is_form(body: object) -> bool:
    return isinstance(body, dict) and not any(isinstance(each, dict | list) for each in body.values())
