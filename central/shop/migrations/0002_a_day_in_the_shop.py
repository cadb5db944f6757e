from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from kiosk.domain.transactions import ticket_id


def number_tickets(apps: Any, schema_editor: Any) -> None:
    """Name the tickets that are there as their rows do."""
    tickets = apps.get_model('shop', 'ServiceTicket').objects
    for ticket in tickets.select_related('transaction').iterator():
        row = ticket.transaction
        tickets.filter(pk=ticket.pk).update(
            ticket=ticket_id(row.journal_id, row.seq, ticket.line), opened_at=row.received_at
        )


class Migration(migrations.Migration):

    dependencies = [
        ('shop', '0001_initial'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='account',
            name='account_free',
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('posted__gt', models.F('leased'))), fields=['kind', 'id'], name='account_free_of_kind'),
        ),
        migrations.AddField(
            model_name='pass',
            name='voided',
            field=models.BooleanField(default=False, verbose_name='voided'),
        ),
        migrations.AddField(
            model_name='pass',
            name='transaction',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='passes', to='shop.transaction', verbose_name='transaction'),
        ),
        migrations.AddField(
            model_name='seenmedium',
            name='heard_at',
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='last heard of'),
        ),
        migrations.AddField(
            model_name='serviceticket',
            name='closed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed_tickets', to='shop.transaction', verbose_name='closed by'),
        ),
        migrations.AddField(
            model_name='serviceticket',
            name='closed_on',
            field=models.DateField(null=True, verbose_name='closed on'),
        ),
        migrations.AddField(
            model_name='serviceticket',
            name='movement',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='shop.movement', verbose_name='movement'),
        ),
        migrations.AddField(
            model_name='serviceticket',
            name='opened_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='opened'),
        ),
        migrations.AddField(
            model_name='serviceticket',
            name='operator',
            field=models.CharField(blank=True, max_length=64, verbose_name='served by'),
        ),
        migrations.AddField(
            model_name='serviceticket',
            name='ticket',
            field=models.CharField(editable=False, max_length=64, null=True, verbose_name='number'),
        ),
        migrations.RunPython(number_tickets, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='serviceticket',
            name='ticket',
            field=models.CharField(editable=False, max_length=64, unique=True, verbose_name='number'),
        ),
        migrations.AddField(
            model_name='serviceticket',
            name='voided',
            field=models.BooleanField(default=False, verbose_name='voided'),
        ),
        migrations.AddField(
            model_name='store',
            name='checkin_points',
            field=models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='points for the first tap of a day'),
        ),
        migrations.AddField(
            model_name='store',
            name='operator_minutes',
            field=models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)], verbose_name='minutes an operator stays signed in'),
        ),
        migrations.AddField(
            model_name='store',
            name='slip_qr',
            field=models.CharField(blank=True, help_text="{number} becomes the slip's number; empty prints none", max_length=200, verbose_name='QR code on slips'),
        ),
        migrations.AddField(
            model_name='store',
            name='undo_minutes',
            field=models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MaxValueValidator(600)], verbose_name='minutes in which a row may be undone'),
        ),
        migrations.AddField(
            model_name='transaction',
            name='voided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='voids', to='shop.transaction', verbose_name='voided by'),
        ),
        migrations.AlterField(
            model_name='case',
            name='kind',
            field=models.CharField(choices=[('unreadable', 'unreadable payload'), ('other_identity', 'payload of another row'), ('not_checked', 'could not be checked'), ('unknown_account', 'unknown account'), ('not_covered', 'spent more than was held'), ('other_member', 'account of another member'), ('unknown_member', 'unknown member'), ('price_differs', 'price differs'), ('no_price', 'no price in that catalogue'), ('plan_differs', 'sale differs from its plan'), ('pass_exists', 'pass sold twice'), ('unknown_operator', 'unknown operator'), ('not_allowed', "not this operator's work"), ('expired', 'pass was expired'), ('wrong_service', 'pass is not for this service'), ('wrong_purse', 'purse of the wrong kind'), ('no_ticket', 'no such service ticket'), ('ticket_closed', 'service ticket was closed before'), ('ticket_differs', 'service logged differs from its ticket'), ('day_differs', 'check-in for another day'), ('void_unknown', 'void of an unknown row'), ('voided_twice', 'voided twice'), ('void_differs', 'void differs from its row'), ('void_late', 'voided too late'), ('fork', 'journal forked'), ('rolled_back', 'journal rolled back')], max_length=24, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='operator',
            name='role',
            field=models.CharField(choices=[('cashier', 'cashier'), ('groomer', 'groomer'), ('technician', 'technician'), ('manager', 'manager'), ('owner', 'owner')], max_length=16, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='serviceticket',
            name='line',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='line'),
        ),
        migrations.AlterField(
            model_name='serviceticket',
            name='member',
            field=models.CharField(db_index=True, max_length=64, verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='serviceticket',
            name='transaction',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='shop.transaction', verbose_name='transaction'),
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('service', models.CharField(max_length=40, verbose_name='service')),
                ('due_on', models.DateField(db_index=True, verbose_name='due on')),
                ('done', models.BooleanField(default=False, verbose_name='done')),
                ('cancelled', models.BooleanField(default=False, verbose_name='cancelled')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='shop.member', verbose_name='member')),
                ('pet', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follow_ups', to='shop.pet', verbose_name='pet')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='shop.store', verbose_name='store')),
                ('transaction', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_ups', to='shop.transaction', verbose_name='transaction')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Recall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(db_index=True, verbose_name='until')),
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='recall', to='shop.account', verbose_name='account')),
            ],
            options={
                'verbose_name': 'recall',
                'verbose_name_plural': 'recalls',
            },
        ),
        migrations.CreateModel(
            name='BonusRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.PositiveBigIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='amount')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='shop.account', verbose_name='account')),
                ('movement', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='shop.movement', verbose_name='released by')),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='shop.store', verbose_name='store')),
            ],
            options={
                'verbose_name': 'bonus release',
                'verbose_name_plural': 'bonus releases',
                'ordering': ['due_on', 'pk'],
                'indexes': [models.Index(condition=models.Q(('movement', None)), fields=['due_on'], name='bonus_release_due')],
            },
        ),
        migrations.CreateModel(
            name='CheckIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('points', models.PositiveIntegerField(verbose_name='points')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='check_ins', to='shop.member', verbose_name='member')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='check_ins', to='shop.transaction', verbose_name='transaction')),
            ],
            options={
                'verbose_name': 'check-in',
                'verbose_name_plural': 'check-ins',
                'constraints': [models.UniqueConstraint(fields=('member', 'day'), name='one_check_in_a_day')],
            },
        ),
    ]
