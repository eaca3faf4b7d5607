"""Three administrators with disjoint duties; one-time passwords; a role may end on the day it began."""

from django.db import migrations, models

from jinlan.kernel.sqlfile import sql


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0004_sign_in"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="rolegrant",
            name="rolegrant_period",
        ),
        migrations.AddField(
            model_name="person",
            name="one_time_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="rolegrant",
            name="role",
            field=models.CharField(
                choices=[
                    ("manager", "客户经理"),
                    ("private_banker", "私人银行家"),
                    ("branch_head", "分支机构负责人"),
                    ("dept_head", "部门负责人"),
                    ("risk", "风险经理"),
                    ("compliance", "合规"),
                    ("auditor", "审计"),
                    ("system_admin", "系统管理员"),
                    ("security_admin", "安全管理员"),
                    ("audit_admin", "审计管理员"),
                    ("system", "系统"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="rolegrant_period",
            ),
        ),
        migrations.AlterField(
            model_name="staffsession",
            name="ended_why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("signed_out", "已退出"),
                    ("idle", "长时间未操作"),
                    ("too_long", "达到最长时间"),
                    ("ended", "在另一处被结束"),
                    ("admin", "被安全管理员结束"),
                    ("disabled", "账号已停用"),
                    ("password", "密码已更改"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(sql("kernel", "duties.sql"), migrations.RunSQL.noop),
    ]
