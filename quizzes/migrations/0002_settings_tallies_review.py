"""How a quiz is sat, what several attempts come to, tallies, and spaced review."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import quizzes.fields
import quizzes.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('quizzes', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('time_factor', models.DecimalField(choices=[(Decimal('1.25'), 'A quarter more (× 1.25)'), (Decimal('1.50'), 'Half more (× 1.5)'), (Decimal('2.00'), 'Double (× 2)')], decimal_places=2, default=Decimal('1.50'), max_digits=3, verbose_name='time')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='FinalGrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', quizzes.fields.FractionField(max_length=255)),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5)),
                ('passed', models.BooleanField()),
                ('attempts', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='ItemTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answers', models.PositiveIntegerField(default=0)),
                ('cells', models.JSONField(default=dict)),
                ('choices', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'item tallies',
            },
        ),
        migrations.CreateModel(
            name='Pool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('pick', models.PositiveSmallIntegerField(help_text='How many of its questions each attempt is dealt; those not met before first.', validators=[django.core.validators.MinValueValidator(1)])),
            ],
            options={
                'ordering': ['quiz', 'name'],
            },
        ),
        migrations.CreateModel(
            name='QuizTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('passes', models.PositiveIntegerField(default=0)),
                ('scores', models.JSONField(default=dict)),
                ('totals', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name_plural': 'quiz tallies',
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=quizzes.models.public_id, editable=False, max_length=32, unique=True)),
                ('scope', models.CharField(default='due', max_length=50)),
                ('dealt', models.JSONField(default=list)),
                ('asked_at', models.DateTimeField()),
                ('response', models.JSONField(blank=True, default=dict)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('fraction', quizzes.fields.FractionField(blank=True, max_length=255, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ReviewCard',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('times_answered', models.PositiveIntegerField(default=0)),
                ('times_right', models.PositiveIntegerField(default=0)),
                ('last_fraction', quizzes.fields.FractionField(max_length=255)),
                ('last_at', models.DateTimeField()),
                ('recent', models.JSONField(default=list)),
                ('stability', models.FloatField()),
                ('difficulty', models.FloatField()),
                ('due', models.DateTimeField()),
                ('active', models.BooleanField(default=False)),
                ('revealed', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='ReviewPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('retention', models.PositiveSmallIntegerField(default=90, help_text='Percent. A question comes back when the chance to know it falls to this.', validators=[django.core.validators.MinValueValidator(70), django.core.validators.MaxValueValidator(97)], verbose_name='how much to remember')),
                ('daily_cap', models.PositiveSmallIntegerField(default=20, help_text='When more are due, the rest comes on later days.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(500)], verbose_name='questions a day')),
            ],
        ),
        migrations.RenameField('quiz', 'shuffle', 'shuffle_questions'),
        migrations.AddField(
            model_name='answer',
            name='checked_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='closes_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='deadline',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attempt',
            name='is_blank',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='attempt',
            name='is_first',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='attempt',
            name='overdue',
            field=models.CharField(choices=[('submit', 'What was saved is submitted'), ('grace', 'Some minutes to hand in, nothing more to answer'), ('discard', 'What was not submitted is discarded')], default='submit', max_length=8),
        ),
        migrations.AddField(
            model_name='attempt',
            name='tallied_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='quiz',
            name='attempts_allowed',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Empty: as many as one likes.', null=True, validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='quiz',
            name='feedback',
            field=models.CharField(choices=[('at-once', 'At once, question by question'), ('after-submission', 'After submission'), ('after-passing', 'After passing, or after the last attempt'), ('never', 'Never: only the score')], default='after-submission', help_text='When the questions are shown with what was right and why.', max_length=16),
        ),
        migrations.AddField(
            model_name='quiz',
            name='grace',
            field=models.PositiveSmallIntegerField(default=5, help_text='After the time is up, where there are some minutes to hand in.', verbose_name='minutes to hand in'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='grading_method',
            field=models.CharField(choices=[('highest', 'The highest'), ('last', 'The last'), ('first', 'The first'), ('average', 'The average of all')], default='highest', help_text='Which of several attempts counts.', max_length=8),
        ),
        migrations.AddField(
            model_name='quiz',
            name='overdue',
            field=models.CharField(choices=[('submit', 'What was saved is submitted'), ('grace', 'Some minutes to hand in, nothing more to answer'), ('discard', 'What was not submitted is discarded')], default='submit', help_text='What happens to an attempt that was not submitted in time.', max_length=8, verbose_name='when the time is up'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='show_answers',
            field=models.BooleanField(default=True, verbose_name='the right answers'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='show_choice_feedback',
            field=models.BooleanField(default=True, verbose_name='what is said to each answer'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='show_explanations',
            field=models.BooleanField(default=True, verbose_name='the explanations'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='show_marks',
            field=models.BooleanField(default=True, verbose_name='which answers were right'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='show_score',
            field=models.BooleanField(default=True, verbose_name='the score'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='shuffle_choices',
            field=models.BooleanField(default=True, help_text='Deal the choices in a new order, but for those kept last.'),
        ),
        migrations.AlterField(
            model_name='quiz',
            name='shuffle_questions',
            field=models.BooleanField(default=True, help_text='Deal the questions in a new order each time.'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='time_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Minutes. Empty: no limit, as suits a knowledge check.', null=True, validators=[django.core.validators.MinValueValidator(1)]),
        ),
        migrations.AddField(
            model_name='quiz',
            name='wait_first',
            field=models.PositiveIntegerField(default=0, help_text='Minutes after submitting the first.', verbose_name='wait before the second attempt'),
        ),
        migrations.AddField(
            model_name='quiz',
            name='wait_later',
            field=models.PositiveIntegerField(default=0, help_text='Minutes after submitting the last one.', verbose_name='wait before later attempts'),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='state',
            field=models.CharField(choices=[('in_progress', 'In progress'), ('submitted', 'Submitted'), ('expired', 'Time was up'), ('abandoned', 'Abandoned')], default='in_progress', max_length=12),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('is_first', True), ('state__in', ['submitted', 'expired']), ('tallied_at', None)), fields=['quiz', 'id'], name='attempt_to_tally'),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('state', 'in_progress')), fields=['closes_at'], name='attempt_to_end'),
        ),
        migrations.AddField(
            model_name='allowance',
            name='quiz',
            field=models.ForeignKey(blank=True, help_text='Empty: every quiz with a time limit.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='allowances', to='quizzes.quiz'),
        ),
        migrations.AddField(
            model_name='allowance',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='allowances', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='finalgrade',
            name='quiz',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='final_grades', to='quizzes.quiz'),
        ),
        migrations.AddField(
            model_name='finalgrade',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='final_grades', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='itemtally',
            name='version',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='tally', to='quizzes.questionversion'),
        ),
        migrations.AddField(
            model_name='pool',
            name='quiz',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pools', to='quizzes.quiz'),
        ),
        migrations.AddField(
            model_name='question',
            name='pool',
            field=models.ForeignKey(blank=True, help_text='Empty: it is asked in every attempt.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='questions', to='quizzes.pool'),
        ),
        migrations.AddField(
            model_name='quiztally',
            name='quiz',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='tally', to='quizzes.quiz'),
        ),
        migrations.AddField(
            model_name='review',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='quizzes.questionversion'),
        ),
        migrations.AddField(
            model_name='reviewcard',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='review_cards', to='quizzes.question'),
        ),
        migrations.AddField(
            model_name='reviewcard',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='review_cards', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reviewplan',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='review_plan', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='allowance',
            constraint=models.UniqueConstraint(models.F('user'), models.F('quiz'), name='one_allowance_in_quiz'),
        ),
        migrations.AddConstraint(
            model_name='allowance',
            constraint=models.UniqueConstraint(models.F('user'), condition=models.Q(('quiz', None)), name='one_allowance_in_all_quizzes'),
        ),
        migrations.AddConstraint(
            model_name='finalgrade',
            constraint=models.UniqueConstraint(models.F('user'), models.F('quiz'), name='one_final_grade'),
        ),
        migrations.AddConstraint(
            model_name='pool',
            constraint=models.UniqueConstraint(models.F('quiz'), models.F('name'), name='pool_name_in_quiz'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['user', 'answered_at'], name='quizzes_rev_user_id_c82636_idx'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(models.F('user'), models.F('scope'), condition=models.Q(('answered_at', None)), name='one_open_review_per_scope'),
        ),
        migrations.AddIndex(
            model_name='reviewcard',
            index=models.Index(condition=models.Q(('active', True), ('revealed', True)), fields=['user', 'due'], name='card_due'),
        ),
        migrations.AddConstraint(
            model_name='reviewcard',
            constraint=models.UniqueConstraint(models.F('user'), models.F('question'), name='one_card_per_question'),
        ),
    ]
