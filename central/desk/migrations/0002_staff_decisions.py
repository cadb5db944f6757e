import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('desk', '0001_initial'),
        ('shop', '0003_staff_decisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='duty',
            options={'default_permissions': (), 'managed': False, 'permissions': [('look_up', 'Look up members, tickets and cards'), ('sell', 'Top up, sell passes, redeem at the counter'), ('bind_cards', 'Enrol members, bind and block cards'), ('correct', 'Refund and adjust'), ('settle_cases', 'Settle exception cases'), ('close_day', 'See the day close'), ('bring_in', 'Import members'), ('move_members', 'Move purses and passes, merge members, cancel passes'), ('decide_journals', 'Clear quarantined journals'), ('write_off', 'Give up what a kiosk holds')]},
        ),
        migrations.AddField(
            model_name='receipt',
            name='undoes',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='shop.movement'),
        ),
        migrations.CreateModel(
            name='JournalDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('lost', 'given up as lost'), ('accept', 'accepted again'), ('freeze', 'kept closed'), ('write_off', 'taken home unheard')], max_length=16)),
                ('note', models.CharField(max_length=120)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='shop.case')),
                ('journal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='shop.journal')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': (),
            },
        ),
    ]
