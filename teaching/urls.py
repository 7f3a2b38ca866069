"""The addresses of this room."""

from django.urls import path

from . import views

urlpatterns = [
    path("teach/", views.teach, name="teach"),
    path("teach/classes/<str:public_id>/", views.classroom, name="classroom"),
]
