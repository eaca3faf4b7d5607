"""People who sign in, the roles they hold and since when, and the record of what they did."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import AtTheDoor, Scoped
from jinlan.kernel.sealed import SealedField


class PersonManager(BaseUserManager["Person"]):
    """Finds people by user name; making them is a service (`kernel.services.create_staff`)."""


class Person(AbstractBaseUser):
    """Somebody who signs in, or a technical person (the system, the machine's console) who never does."""

    CLASSES = {"*": STAFF, "password": INTERNAL, "id": INTERNAL}
    THEMES = (("auto", "跟随系统"), ("light", "浅色"), ("dark", "深色"))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=100)
    employee_code = models.CharField(max_length=64, blank=True)
    email = models.EmailField(
        max_length=120, blank=True, default="", db_default=""
    )  # where notices are mailed to
    locale = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=5, choices=THEMES, default="auto")
    is_active = models.BooleanField(default=True)
    technical = models.BooleanField(default=False)
    one_time_until = models.DateTimeField(
        null=True, blank=True
    )  # the password was given, not chosen; good until then

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["entity", "display_name"]
    objects = PersonManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "employee_code"],
                condition=~models.Q(employee_code=""),
                name="person_employee_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        """Return the name that pages show."""
        return self.display_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Refuse Django's own permissions: rights follow from roles, teams and branches only."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Refuse, as `has_perm`."""
        return False


class RoleGrant(models.Model):
    """A role from a day up to (not including) another; `branch_code` for branch heads, `domain` to one side of the wall."""

    CLASSES = {"*": STAFF}
    ROLES = (
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
    )
    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=16, choices=ROLES)
    branch_code = models.CharField(
        max_length=64, blank=True
    )  # the bank's code: branches live on a floor above
    domain = models.SmallIntegerField(null=True, blank=True)  # 0 personal, 1 corporate, null both
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="rolegrant_period",
            ),
            models.CheckConstraint(
                condition=models.Q(domain__isnull=True) | models.Q(domain__in=(0, 1)), name="rolegrant_domain"
            ),
        ]
        indexes = [models.Index(fields=["person", "valid_from"], name="rolegrant_person")]


class AuditEntry(models.Model):
    """One act or read, never changed: `id`, `recorded_at`, `xact` and `row_hash` are the database's own.

    Partitioned by month of `recorded_at` (kernel/sql/chain.sql): the real primary key is (id, recorded_at).
    """

    CLASSES = {"*": INTERNAL, "before": FIGURE, "after": FIGURE, "person": STAFF, "username": STAFF}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    person = models.BigIntegerField(null=True)  # plain data: an entry outlives the person's row
    username = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=20, blank=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    row_hash = models.CharField(max_length=64)
    xact = models.BigIntegerField(null=True)  # the transaction; null in entries older than the column

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["entity", "-at"], name="audit_at"),
            models.Index(fields=["xact"], name="audit_xact"),
        ]


class Receipt(Scoped):
    """An act that was done once under an idempotency key, with what it answered."""

    CLASSES = {"*": INTERNAL, "result": FIGURE}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=60)
    key = models.CharField(max_length=64)
    payload_hash = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "act", "key"], name="receipt_unique")]


class StaffSession(AtTheDoor):
    """One sign-in of one person on one device, from its beginning to its end; rows are kept as a record."""

    CLASSES = {"*": STAFF, "key_hash": INTERNAL, "id": INTERNAL}
    ENDS = (
        ("signed_out", "已退出"),
        ("idle", "长时间未操作"),
        ("too_long", "达到最长时间"),
        ("ended", "在另一处被结束"),
        ("admin", "被安全管理员结束"),
        ("disabled", "账号已停用"),
        ("password", "密码已更改"),
    )
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sessions")
    key_hash = models.CharField(max_length=40, unique=True)  # of the cookie's key, which is kept nowhere
    created_at = models.DateTimeField()
    last_seen = models.DateTimeField()  # to the minute, see `sessions.SEEN_EVERY`
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=ENDS, blank=True)

    class Meta(AtTheDoor.Meta):
        indexes = [models.Index(fields=["person", "-created_at"], name="staffsession_person")]


class SecondFactor(AtTheDoor):
    """A person's authenticator: the sealed key, since when it counts, and the last time step that was used."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    secret = SealedField(place=lambda row: str(row.person_id))
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(AtTheDoor):
    """A code for the day the authenticator is lost; used once."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta(AtTheDoor.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "code_hash"], name="recovery_code_unique")]


class Passkey(AtTheDoor):
    """A WebAuthn credential: its public key, and the counter of the last answer."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    last_used = models.DateTimeField(null=True)

    class Meta(AtTheDoor.Meta):
        indexes = [models.Index(fields=["person"], name="passkey_person")]


class PasswordRecord(AtTheDoor):
    """A password that a person chose, as its hash, and when; the newest few are kept."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta(AtTheDoor.Meta):
        indexes = [models.Index(fields=["person", "-set_at"], name="passwordrecord_person")]


class AuditBatch(Scoped):
    """A sealed run of audit entries; `root` covers the batch before, so one root pins everything up to it."""

    CLASSES = {"*": INTERNAL}
    number = models.BigIntegerField(primary_key=True, db_column="id")  # 1, 2, 3 … without a gap
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    rows = models.IntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    leaves = models.BinaryField()  # id (8 bytes) and hash (32) of each entry: names the row that was touched


class RowChange(Scoped):
    """One change of one row of a tracked table, written by a trigger (kernel/sql/history.sql)."""

    CLASSES = {"*": INTERNAL, "person": STAFF, "old": FIGURE, "new": FIGURE}
    OPS = (("I", "新增"), ("U", "修改"), ("D", "删除"))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)  # random: knowing it is having seen the row
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=64)
    op = models.CharField(max_length=1, choices=OPS)
    at = models.DateTimeField()
    person = models.BigIntegerField(null=True)  # null: changed outside every scope
    xact = models.BigIntegerField()
    old = models.JSONField(null=True)  # an update keeps the changed columns only
    new = models.JSONField(null=True)
    entity = models.CharField(max_length=16, blank=True)
    unit_id = models.BigIntegerField(null=True)
    domain = models.SmallIntegerField(null=True)
    branch_id = models.BigIntegerField(null=True)

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["table_name", "row_id", "-id"], name="rowchange_row")]


class SavedView(Scoped):
    """A list's address that a person kept under a name; with a role, those who hold it see it too."""

    CLASSES = {"*": INTERNAL, "query": FIGURE, "name": FIGURE, "person": STAFF}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    resource = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=4000)
    role = models.CharField(max_length=16, blank=True)  # "": only for oneself
    pinned = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "resource", "name"], name="savedview_name")]
        indexes = [models.Index(fields=["entity", "resource", "role"], name="savedview_resource")]


class ApiToken(AtTheDoor):
    """A key by which a program or a calendar is a person, with his rights of that moment, until a day; only its hash is kept."""

    CLASSES = {"*": INTERNAL, "person": STAFF, "name": STAFF}
    USES = (("program", "程序"), ("calendar", "日历"))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    use = models.CharField(max_length=8, choices=USES, default="program", db_default="program")
    reads_only = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used = models.DateTimeField(null=True)  # to the hour
    ended_at = models.DateTimeField(null=True)

    class Meta(AtTheDoor.Meta):
        indexes = [models.Index(fields=["person", "-created_at"], name="apitoken_person")]


# What a transaction leaves for later stands in a module of its own; Django looks for models here.
from jinlan.kernel.outbox import Job, Notice, Webhook  # noqa: E402, F401
