"""The addresses of this room."""

from django.urls import path

from lessons import converters  # noqa: F401 - registers “uslug”

from . import review_views, views

urlpatterns = [
    path("lessons/<uslug:slug>/quiz/", views.quiz, name="quiz"),
    path("quizzes/attempts/<slug:public_id>/", views.attempt, name="attempt"),
    path("quizzes/attempts/<slug:public_id>/answers/<int:slot>/", views.save, name="save_answer"),
    path("me/review/", review_views.overview, name="review"),
    path("me/review/settings/", review_views.settings, name="review_settings"),
    path("me/review/<slug:public_id>/", review_views.question, name="review_question"),
]
