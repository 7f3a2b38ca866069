from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lessons", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="asset",
            name="width",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="asset",
            name="height",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
    ]
