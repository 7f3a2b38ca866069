"""The addresses of this room."""

from django.urls import path, re_path

from .views import classes, progress

urlpatterns = [
    path("teach/", classes.teach, name="teach"),
    path("teach/classes/<str:public_id>/", classes.classroom, name="classroom"),
    path("teach/classes/<str:public_id>/progress/", progress.progress, name="class_progress"),
    re_path(
        r"^teach/classes/(?P<public_id>[^/]+)/progress\.(?P<kind>csv|xlsx)\Z",
        progress.export,
        name="class_export",
    ),
    path("teach/classes/<str:public_id>/views/", progress.save_view, name="class_view_save"),
]
