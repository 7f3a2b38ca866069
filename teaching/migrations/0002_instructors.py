"""The group Instructors, whose members may open classes."""

from django.db import migrations


def make_group(apps, schema_editor):
    """Make the group with its permission, which a first migration has not made yet."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    classroom, _ = ContentType.objects.get_or_create(app_label="teaching", model="classroom")
    permission, _ = Permission.objects.get_or_create(
        content_type=classroom,
        codename="open_classroom",
        defaults={"name": "Can open classes (an instructor)"},
    )
    group, _ = Group.objects.get_or_create(name="Instructors")
    group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("teaching", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
