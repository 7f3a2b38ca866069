"""The way to everything in a class: through the person who teaches it. 404 for all else."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import User

from .models import Classroom, Seat


def instructor(user: User) -> User:
    """The person, if an admin made them an instructor. Raises PermissionDenied."""
    if not user.can_teach:
        raise PermissionDenied
    return user


def class_of(user: User, public_id: str) -> Classroom:
    """A class that the person teaches, archived or not. Raises Http404."""
    return get_object_or_404(Classroom.objects.taught_by(user), public_id=public_id)


def running_class_of(user: User, public_id: str) -> Classroom:
    """A class that the person teaches and may change: it is not archived. Raises Http404."""
    return get_object_or_404(Classroom.objects.taught_by(user).running(), public_id=public_id)


def learner_of(user: User, public_id: str, seat: int) -> Seat:
    """One learner of a class that the person teaches, with both. Raises Http404. One query.

    Also one who has left, and one of an archived class: what is seen of them ends then.
    """
    seats = Seat.objects.learners().filter(
        classroom__in=Classroom.objects.taught_by(user), classroom__public_id=public_id
    )
    return get_object_or_404(seats.select_related("user", "classroom"), pk=seat)


def learners_in(classroom: Classroom) -> QuerySet[Seat]:
    """The seats of those who learn there or did, with their people."""
    return classroom.seats.learners().select_related("user")


def learner_in(classroom: Classroom, seat: int) -> Seat:
    """One learner of the class, also one who has left. Raises Http404."""
    return get_object_or_404(learners_in(classroom), pk=seat)
