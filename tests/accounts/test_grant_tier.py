"""`manage.py grant_tier`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, User
from accounts.tiers import Tier


def grant(*args: str) -> str:
    out = StringIO()
    call_command("grant_tier", *args, stdout=out)
    return out.getvalue().strip()


def tier(user: User) -> Tier:
    return Tier(User.objects.get(pk=user.pk).tier)


def test_it_grants(ada):
    assert (
        grant("ADA@example.org", "plus") == "granted Plus to ada@example.org until somebody ends it"
    )
    assert tier(ada) == Tier.PLUS


def test_it_grants_until_the_end_of_a_day(ada):
    assert grant("ada@example.org", "pro", "--until", "2099-12-31").endswith("until 2099-12-31")
    assert Membership.objects.get().ends_at.isoformat() == "2099-12-31T23:59:59.999999+00:00"


def test_twice_is_once(ada):
    for _ in range(2):
        grant("ada@example.org", "plus")
        told = grant("ada@example.org", "plus", "--until", "2099-12-31")
    assert "nothing changed" in told
    assert Membership.objects.count() == 2


def test_free_ends_what_was_granted(ada):
    Membership.objects.create(user=ada, tier="plus", source=Membership.Source.STRIPE)
    grant("ada@example.org", "pro")
    assert grant("ada@example.org", "free") == "ended 1 membership of ada@example.org; now Plus"
    assert grant("ada@example.org", "free") == "ended 0 memberships of ada@example.org; now Plus"
    assert tier(ada) == Tier.PLUS


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            ["nobody@example.org", "plus"],
            "Nobody here has the address nobody@example.org. 1 people",
        ),
        (["ada@example.com", "plus"], "Near it: ada@example.org"),
        (["ada@example.org", "gold"], "there are free, plus, pro"),
        (["ada@example.org", "plus", "--until", "2020-01-01"], "2020-01-01 is past; today is"),
        (["ada@example.org", "plus", "--until", "soon"], "write it as 2030-12-31"),
        (["ada@example.org", "free", "--until", "2099-01-01"], "leave --until out"),
    ],
)
def test_it_refuses_in_words(ada, args, told):
    with pytest.raises(CommandError, match=told):
        grant(*args)
    assert not Membership.objects.exists()
