import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lessons', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='asset',
            name='height',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='asset',
            name='width',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name='FormerBytes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=300)),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('media_type', models.CharField(max_length=40)),
                ('asset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='former', to='lessons.asset')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='lessons.course')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('course'), models.F('digest'), models.F('name'), name='former_bytes_once')],
            },
        ),
    ]
