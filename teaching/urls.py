"""The addresses of this room."""

from django.urls import path

from .views import classes

urlpatterns = [
    path("teach/", classes.teach, name="teach"),
    path("teach/classes/<str:public_id>/", classes.classroom, name="classroom"),
]
