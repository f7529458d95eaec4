"""The CNIL's template both ways: nothing is lost, whatever the policy; what people change in it wins."""

from __future__ import annotations

import io

from hypothesis import given, settings

from garant.policy import Policy, load_policy
from garant.publish.register.cnil.importing import import_register
from garant.publish.register.cnil.sheets import export
from tests.conftest import ROOT
from tests.support.policies import policies

REFERENCE = load_policy(ROOT / "examples" / "seipra-score" / "policy").document


@settings(max_examples=60)
@given(policy=policies())
def test_any_policy_comes_back_as_it_was(policy: Policy) -> None:
    imported = import_register(io.BytesIO(export(policy)))
    assert imported.notes == ()
    assert imported.policy == policy
    assert imported.from_garant


def test_the_reference_policy_comes_back_as_it_was() -> None:
    imported = import_register(io.BytesIO(export(REFERENCE)))
    assert (imported.policy, imported.notes) == (REFERENCE, ())
