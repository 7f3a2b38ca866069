"""What was imported or exported: the text of each file, and what the database held for it."""

from django.db import models

from lessons.models import Course


class SourceFile(models.Model):
    """One file of a course folder as it was last imported or exported.

    `states` are digests of what the database held for it right then (`{"": digest}`, for
    tools.yaml one for each tool): as long as the database still gives them, nobody has edited it
    since and `text` may be written back.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="source_files")
    path = models.CharField(max_length=400, help_text="Inside the course's folder.")
    kind = models.CharField(max_length=12)
    target = models.BigIntegerField(help_text="The key of the row that it became.")
    text = models.TextField(blank=True)
    states = models.JSONField(default=dict)
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("course", "kind", "target", name="one_source_per_row")
        ]

    def __str__(self) -> str:
        return self.path
