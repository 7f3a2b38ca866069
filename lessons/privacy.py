"""What this room knows of a person, and how it forgets it."""

from typing import Any

from accounts.models import User


def export(user: User) -> dict[str, Any]:
    """Reading progress, bookmarks and problem reports, ready for JSON."""
    return {
        "reading": [
            {
                "lesson": row.lesson.slug,
                "title": row.lesson.title,
                "place": row.heading,
                "fraction": row.fraction,
                "read_at": row.read_at and row.read_at.isoformat(),
                "last_seen": row.seen_at.isoformat(),
            }
            for row in user.lesson_progress.select_related("lesson").order_by("pk")
        ],
        "bookmarks": [
            {"lesson": row.lesson.slug, "made_at": row.made_at.isoformat()}
            for row in user.bookmarks.select_related("lesson").order_by("pk")
        ],
        "reports": [
            {
                "lesson": row.lesson.slug,
                "question": row.question,
                "text": row.text,
                "made_at": row.made_at.isoformat(),
            }
            for row in user.reports.select_related("lesson").order_by("pk")
        ],
    }


def erase(user: User) -> None:
    """Forget what was read and kept; reports stay for the authors without the person."""
    user.lesson_progress.all().delete()
    user.bookmarks.all().delete()
    user.reports.update(user=None)
