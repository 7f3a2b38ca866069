"""The addresses of this room: what is done in a lesson."""

from django.urls import path

from . import converters, media, views  # noqa: F401 - converters registers “uslug”

urlpatterns = [
    path("media/<str:digest>/<str:name>", media.media, name="media"),
    path("lessons/<uslug:slug>/place/", views.place, name="place"),
    path("lessons/<uslug:slug>/read/", views.read, name="read"),
    path("lessons/<uslug:slug>/bookmark/", views.bookmark, name="bookmark"),
    path("lessons/<uslug:slug>/report/", views.report, name="report"),
    path("lessons/<uslug:slug>/report/thanks/", views.report_thanks, name="report_thanks"),
]
