from django.db import migrations, models

import central.shop.choices


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0004_coupons_and_points'),
    ]

    operations = [
        migrations.AddField(
            model_name='ledger',
            name='central',
            field=models.CharField(default=central.shop.choices.new_uuid, editable=False, max_length=36),
        ),
        migrations.AddField(
            model_name='ledger',
            name='epoch',
            field=models.BigIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='ledger',
            name='restored_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='journal',
            name='settled',
            field=models.BigIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='journal',
            name='settles_at',
            field=models.BigIntegerField(editable=False, null=True),
        ),
    ]
