"""The addresses of this room."""

from django.urls import path, register_converter

from lessons import converters  # noqa: F401 - registers “uslug”

from .exports import KINDS
from .views import (
    assignments,
    classes,
    compare,
    extra,
    files,
    glance,
    joining,
    learner,
    mail,
    mine,
    people,
    progress,
    quiz,
    running,
    tallies,
)


class TableKind:
    """A kind of file that tables are written in."""

    regex = "|".join(KINDS)

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    to_url = to_python


register_converter(TableKind, "table")

urlpatterns = [
    path("teach/", classes.teach, name="teach"),
    path("teach/classes/new/", running.class_new, name="class_new"),
    path("teach/classes/<slug:public_id>/", glance.classroom, name="classroom"),
    path("teach/classes/<slug:public_id>/attention/", glance.attention, name="class_attention"),
    path("teach/classes/<slug:public_id>/progress/", progress.progress, name="class_progress"),
    path("teach/classes/<slug:public_id>/views/", progress.save_view, name="class_view_save"),
    # What its answers come to.
    path("teach/classes/<slug:public_id>/objectives/", tallies.objectives, name="class_objectives"),
    path("teach/classes/<slug:public_id>/questions/", tallies.questions, name="class_questions"),
    path("teach/classes/<slug:public_id>/count/", tallies.count, name="class_count"),
    path("teach/courses/<uslug:slug>/", compare.course, name="teach_course"),
    # Running a class.
    path("teach/classes/<slug:public_id>/settings/", running.class_settings, name="class_settings"),
    path(
        "teach/classes/<slug:public_id>/settings/archive/",
        running.class_archive,
        name="class_archive",
    ),
    path(
        "teach/classes/<slug:public_id>/settings/restore/",
        running.class_restore,
        name="class_restore",
    ),
    path("teach/classes/<slug:public_id>/settings/leave/", running.class_leave, name="class_leave"),
    path(
        "teach/classes/<slug:public_id>/settings/delete/", running.class_delete, name="class_delete"
    ),
    # Its people, and how they come in.
    path("teach/classes/<slug:public_id>/people/", people.class_people, name="class_people"),
    path(
        "teach/classes/<slug:public_id>/people/<int:seat>/remove/",
        people.class_remove,
        name="class_remove",
    ),
    path(
        "teach/classes/<slug:public_id>/people/links/", people.class_link_new, name="class_link_new"
    ),
    path(
        "teach/classes/<slug:public_id>/people/links/<int:link>/revoke/",
        people.class_link_revoke,
        name="class_link_revoke",
    ),
    path("teach/classes/<slug:public_id>/people/invite/", people.class_invite, name="class_invite"),
    path(
        "teach/classes/<slug:public_id>/people/invite/send/",
        people.class_invite_send,
        name="class_invite_send",
    ),
    path(
        "teach/classes/<slug:public_id>/people/invitations/<int:invitation>/resend/",
        people.class_invitation_resend,
        name="class_invitation_resend",
    ),
    path(
        "teach/classes/<slug:public_id>/people/invitations/<int:invitation>/revoke/",
        people.class_invitation_revoke,
        name="class_invitation_revoke",
    ),
    path("join/", joining.join_code, name="join_code"),
    path("join/<slug:code>/", joining.join, name="join"),
    # The learner's side.
    path("me/classes/", mine.my_classes, name="my_classes"),
    path("me/classes/<slug:public_id>/", mine.my_class, name="my_class"),
    path("me/classes/<slug:public_id>/mail/", mine.my_class_mail, name="my_class_mail"),
    path("me/classes/<slug:public_id>/leave/", mine.my_class_leave, name="my_class_leave"),
    # One learner, and one quiz.
    path(
        "teach/classes/<slug:public_id>/quizzes/<uslug:slug>/",
        quiz.quiz,
        name="class_quiz",
    ),
    path(
        "teach/classes/<slug:public_id>/quizzes/<uslug:slug>/questions/<int:pk>/",
        quiz.answers,
        name="class_answers",
    ),
    path(
        "teach/classes/<slug:public_id>/learners/<int:seat>/",
        learner.learner,
        name="class_learner",
    ),
    path(
        "teach/classes/<slug:public_id>/learners/<int:seat>/notes/",
        learner.note,
        name="class_note",
    ),
    path(
        "teach/classes/<slug:public_id>/learners/<int:seat>/attempts/<slug:attempt_id>/",
        learner.attempt,
        name="class_attempt",
    ),
    path(
        "teach/classes/<slug:public_id>/learners/<int:seat>/attempts/<slug:attempt_id>"
        "/answers/<int:slot>/mark/",
        learner.mark,
        name="class_mark",
    ),
    # What is due, and more time for single learners.
    path(
        "teach/classes/<slug:public_id>/assignments/",
        assignments.class_assignments,
        name="class_assignments",
    ),
    path(
        "teach/classes/<slug:public_id>/assignments/new/",
        assignments.class_assign,
        name="class_assign",
    ),
    path(
        "teach/classes/<slug:public_id>/assignments/<int:assignment>/",
        assignments.class_assignment,
        name="class_assignment",
    ),
    path(
        "teach/classes/<slug:public_id>/assignments/<int:assignment>/remove/",
        assignments.class_assignment_remove,
        name="class_assignment_remove",
    ),
    path(
        "teach/classes/<slug:public_id>/learners/<int:seat>/extra/",
        extra.class_extra,
        name="class_extra",
    ),
    # Mail.
    path(
        "teach/classes/<slug:public_id>/learners/<int:seat>/message/",
        mail.class_message,
        name="class_message",
    ),
    path("teach/classes/<slug:public_id>/mail/", mail.class_mail, name="class_mail"),
    path("teach/classes/<slug:public_id>/nudge/", mail.class_nudge, name="class_nudge"),
    path("me/classes/mail-off/<str:token>/", mail.class_mail_off, name="class_mail_off"),
    # Reports as files.
    path(
        "teach/classes/<slug:public_id>/progress.<table:kind>", files.progress, name="class_export"
    ),
    path(
        "teach/classes/<slug:public_id>/attention.<table:kind>",
        files.attention,
        name="class_attention_file",
    ),
    path(
        "teach/classes/<slug:public_id>/objectives.<table:kind>",
        files.objectives,
        name="class_objectives_file",
    ),
    path(
        "teach/classes/<slug:public_id>/questions.<table:kind>",
        files.questions,
        name="class_questions_file",
    ),
    path(
        "teach/classes/<slug:public_id>/quizzes/<uslug:slug>.<table:kind>",
        files.quiz,
        name="class_quiz_file",
    ),
    path("teach/courses/<uslug:slug>.<table:kind>", files.comparison, name="teach_course_file"),
]
