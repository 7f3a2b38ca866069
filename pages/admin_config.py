"""Django's admin with our start page (named in the settings instead of `django.contrib.admin`)."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """The admin whose site is the author's desk."""

    default_site = "pages.desk.DeskSite"
