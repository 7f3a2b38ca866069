"""When everybody's final grade was first passed, and when its newest attempt was handed in."""

from itertools import groupby

from django.db import migrations

from quizzes.grading import Try, passed_since

BATCH = 1000


def settle(apps, schema_editor):
    Attempt = apps.get_model("quizzes", "Attempt")
    FinalGrade = apps.get_model("quizzes", "FinalGrade")
    methods = dict(apps.get_model("quizzes", "Quiz").objects.values_list("pk", "grading_method"))
    graded = Attempt.objects.filter(state__in=["submitted", "expired"]).exclude(user=None)
    finals = FinalGrade.objects.order_by("user", "quiz").iterator(BATCH)
    attempts = groupby(
        graded.order_by("user", "quiz", "number").iterator(BATCH),
        key=lambda attempt: (attempt.user_id, attempt.quiz_id),
    )
    of, waiting, changed = None, [], []
    for final in finals:
        key = (final.user_id, final.quiz_id)
        while of is None or of < key:
            of, rows = next(attempts, ((float("inf"),), ()))
            waiting = list(rows)
        if of != key:
            continue
        tries = [Try(a.score, a.pass_mark, bool(a.passed), a.is_blank) for a in waiting]
        since = passed_since(tries, methods[final.quiz_id]) if final.passed else None
        final.passed_at = None if since is None else waiting[since].submitted_at
        final.last_at = max(a.submitted_at for a in waiting)
        changed.append(final)
        if len(changed) == BATCH:
            FinalGrade.objects.bulk_update(changed, ["passed_at", "last_at"])
            changed = []
    FinalGrade.objects.bulk_update(changed, ["passed_at", "last_at"])


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0007_overrides_and_final_moments")]

    operations = [migrations.RunPython(settle, migrations.RunPython.noop)]
