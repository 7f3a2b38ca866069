"""What this room knows of a person, and how it forgets it."""

from typing import Any

from accounts.models import User


def export(user: User) -> dict[str, Any]:
    """The person's seats in classes, ready for JSON."""
    return {
        "classes": [
            {
                "class": seat.classroom.name,
                "role": seat.role,
                "joined_at": seat.joined_at.isoformat(),
            }
            for seat in user.seats.select_related("classroom").order_by("pk")
        ]
    }


def erase(user: User) -> None:
    """Leave every class."""
    user.seats.all().delete()
