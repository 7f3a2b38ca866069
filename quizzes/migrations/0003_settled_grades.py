"""What attempts made before came to: first attempts, and the highest as everybody's final grade."""

from django.db import migrations
from django.db.models import F, Min


def settle(apps, schema_editor):
    Quiz, Attempt = (apps.get_model("quizzes", name) for name in ("Quiz", "Attempt"))
    FinalGrade = apps.get_model("quizzes", "FinalGrade")
    Quiz.objects.update(shuffle_choices=F("shuffle_questions"))
    graded = Attempt.objects.filter(state="submitted")
    firsts = graded.exclude(user=None).order_by().values("user", "quiz").annotate(n=Min("number"))
    for row in firsts.iterator():
        graded.filter(user=row["user"], quiz=row["quiz"], number=row["n"]).update(is_first=True)
    graded.filter(user=None, number=1).update(is_first=True)
    best = {}
    rows = graded.exclude(user=None).order_by("user", "quiz", "number")
    for attempt in rows.iterator():
        final = best.setdefault(
            (attempt.user_id, attempt.quiz_id),
            FinalGrade(
                user_id=attempt.user_id,
                quiz_id=attempt.quiz_id,
                score=attempt.score,
                percent=attempt.percent,
                passed=False,
                attempts=0,
            ),
        )
        final.attempts += 1
        final.passed = final.passed or bool(attempt.passed)
        if attempt.score > final.score:
            final.score, final.percent = attempt.score, attempt.percent
    FinalGrade.objects.bulk_create(best.values(), batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0002_settings_tallies_review")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
