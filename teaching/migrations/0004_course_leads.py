"""The group Course leads, whose members compare all classes of a course."""

from django.db import migrations


def make_group(apps, schema_editor):
    """Make the group with its permission, which no migration has made yet."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    classroom, _ = ContentType.objects.get_or_create(app_label="teaching", model="classroom")
    permission, _ = Permission.objects.get_or_create(
        content_type=classroom,
        codename="compare_classrooms",
        defaults={"name": "Can compare all classes of a course (a course lead)"},
    )
    group, _ = Group.objects.get_or_create(name="Course leads")
    group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("teaching", "0003_classes_whole")]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
