from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def tell_what_is_known(apps: Any, schema_editor: Any) -> None:
    """Say why journals are closed, and how many visits each pass was sold with."""
    journals = apps.get_model('shop', 'Journal').objects
    journals.update(last_seq=models.F('applied'))
    journals.filter(state='frozen').update(reason='replaced')
    journals.filter(state='quarantined').update(reason='fork')
    entries = apps.get_model('shop', 'Entry').objects
    passes = apps.get_model('shop', 'Pass').objects
    for sold in passes.iterator():
        first = entries.filter(account__punch_pass=sold, account__kind='pass_bought', amount__gt=0)
        entry = first.order_by('pk').first()
        if entry is not None:
            passes.filter(pk=sold.pk).update(bought=entry.amount)


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0002_a_day_in_the_shop'),
    ]

    operations = [
        migrations.AddField(
            model_name='journal',
            name='heard_at',
            field=models.DateTimeField(null=True, verbose_name='last heard'),
        ),
        migrations.AddField(
            model_name='journal',
            name='last_seq',
            field=models.BigIntegerField(default=0, verbose_name='last number'),
        ),
        migrations.AddField(
            model_name='journal',
            name='reason',
            field=models.CharField(blank=True, choices=[('replaced', 'another journal came'), ('fork', 'another row than the one applied'), ('bad_chain', 'next row on another past'), ('other_past', 'hello from another past'), ('rolled_back', 'behind its own past'), ('gap', 'rows are missing for good'), ('staff', 'staff decided so')], max_length=16, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='member',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='shop.member', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='pass',
            name='bought',
            field=models.PositiveIntegerField(default=0, verbose_name='bought visits'),
        ),
        migrations.AddField(
            model_name='pass',
            name='ended',
            field=models.CharField(blank=True, choices=[('cancelled', 'cancelled'), ('moved', 'moved to another member')], max_length=16, verbose_name='ended'),
        ),
        migrations.AddField(
            model_name='terminal',
            name='dropped',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='messages dropped'),
        ),
        migrations.AlterField(
            model_name='case',
            name='journal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='shop.journal', verbose_name='journal'),
        ),
        migrations.AlterField(
            model_name='case',
            name='kind',
            field=models.CharField(choices=[('unreadable', 'unreadable payload'), ('other_identity', 'payload of another row'), ('not_checked', 'could not be checked'), ('unknown_account', 'unknown account'), ('not_covered', 'spent more than was held'), ('other_member', 'account of another member'), ('unknown_member', 'unknown member'), ('price_differs', 'price differs'), ('no_price', 'no price in that catalogue'), ('plan_differs', 'sale differs from its plan'), ('pass_exists', 'pass sold twice'), ('unknown_operator', 'unknown operator'), ('not_allowed', "not this operator's work"), ('expired', 'pass was expired'), ('wrong_service', 'pass is not for this service'), ('wrong_purse', 'purse of the wrong kind'), ('no_ticket', 'no such service ticket'), ('ticket_closed', 'service ticket was closed before'), ('ticket_differs', 'service logged differs from its ticket'), ('day_differs', 'check-in for another day'), ('void_unknown', 'void of an unknown row'), ('voided_twice', 'voided twice'), ('void_differs', 'void differs from its row'), ('void_late', 'voided too late'), ('fork', 'journal forked'), ('rolled_back', 'journal rolled back'), ('gap', 'rows are missing'), ('journal_lost', 'journal given up as lost'), ('after_lost', 'rows of a lost journal'), ('written_off', 'taken home unheard'), ('points_short', 'points were gone'), ('pass_ended', 'visits of an ended pass'), ('member_merged', 'row of a merged member')], max_length=24, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='case',
            name='seq',
            field=models.BigIntegerField(default=0, verbose_name='number'),
        ),
        migrations.AlterField(
            model_name='journal',
            name='state',
            field=models.CharField(choices=[('open', 'open'), ('quarantined', 'quarantined'), ('frozen', 'frozen'), ('lost', 'given up as lost')], default='open', max_length=16, verbose_name='state'),
        ),
        migrations.RunPython(tell_what_is_known, migrations.RunPython.noop),
    ]
