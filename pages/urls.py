"""The addresses of pages that join several rooms."""

from django.conf import settings
from django.urls import path

from lessons import converters  # noqa: F401 - registers “uslug”

from .styleguide import styleguide
from .views import machines, mastery, person, preview, public

urlpatterns = [
    path("", public.home, name="home"),
    path("courses/<uslug:slug>/", public.course, name="course"),
    path("lessons/<uslug:slug>/", public.lesson, name="lesson"),
    path("tools/", public.tools, name="tools"),
    path("tools/<uslug:slug>/", public.tool, name="tool"),
    path("playbooks/", public.playbooks, name="playbooks"),
    path("playbooks/<uslug:slug>/", public.playbook, name="playbook"),
    path("pricing/", public.pricing, name="pricing"),
    path("search/", public.find, name="search"),
    path("me/", person.dashboard, name="dashboard"),
    path("me/bookmarks/", person.bookmarks, name="bookmarks"),
    path("me/objectives/<int:pk>/", mastery.objective, name="objective"),
    path("me/data/", person.data, name="data"),
    path("me/data/export.json", person.export, name="export"),
    path("me/carry-over/", person.carry, name="carry_over"),
    path("goodbye/", person.erased, name="erased"),
    path("admin-preview/lessons/<int:pk>/", preview.preview_lesson, name="preview_lesson"),
    path("feed.xml", machines.feed, name="feed"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("robots.txt", machines.robots, name="robots"),
    path("healthz", machines.healthz, name="healthz"),
    path("readyz", machines.readyz, name="readyz"),
]
if settings.STYLEGUIDE:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
