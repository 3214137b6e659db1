"""What OpenAPI has no words for, told to Schemathesis: filters of which a query holds one at most."""

from typing import Any

import schemathesis

ALTERNATIVES = {"member", "agency"}


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    return len(ALTERNATIVES.intersection(case.query or ())) <= 1
