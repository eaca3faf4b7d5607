"""Holes planted in the database: policies dropped or widened, the resolver forgetting a date, a seal not checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jinlan.site.trust.arena import Admin, statement

CLIENT_TABLES = ("clients_unit", "clients_party", "clients_partyidentity", "clients_unitmember", "clients_coverage", "serving_unitresult",
                 "serving_memberresult", "work_task")  # fmt: skip
WHOLE_TABLES = (
    "serving_restrictedgate",
    "serving_quarantine",
    "strategy_override",
    "clients_counterpartyidentity",
)
ANY_SCOPE = "entity = (select sec.t_house())"
SCOPED = "jl_team, jl_branch, jl_alld, jl_all, jl_comp, jl_ops"


@dataclass(frozen=True, slots=True)
class SqlMutant:
    """A hole in the database; `undo` is needed only for what belongs to the whole server."""

    name: str
    plant: Callable[[Admin], None]
    undo: str = ""
    quick: bool = True


def _sql(name: str, text: str, *, undo: str = "", quick: bool = True) -> SqlMutant:
    def plant(admin: Admin) -> None:
        admin.execute(statement(text))

    return SqlMutant(name, plant, undo, quick)


def _rewrite(name: str, function: str, old: str, new: str, *, quick: bool = True) -> SqlMutant:
    """Return a function of the scope with one text replaced; a text that is not there is an error of the harness."""

    def plant(admin: Admin) -> None:
        sql = "select p.oid, pg_get_functiondef(p.oid) from pg_proc p where pronamespace = 'sec'::regnamespace and proname like %s"
        found = [(oid, body) for oid, body in admin.execute(sql, [function]).fetchall() if old in body]
        if not found:
            raise LookupError(f"{name}: {function} does not hold {old!r}")
        for _, body in found:
            admin.execute(statement(body.replace(old, new)))

    return SqlMutant(name, plant, quick=quick)


def _policies() -> list[SqlMutant]:
    made = [_sql(f"row-level security off: {table}", f"alter table {table} disable row level security",
                 quick=table in CLIENT_TABLES[:3]) for table in (*CLIENT_TABLES, *WHOLE_TABLES)]  # fmt: skip
    made += [_sql(f"row-level security not forced: {table}", f"alter table {table} no force row level security",
                  quick=table == "clients_unit") for table in (*CLIENT_TABLES, *WHOLE_TABLES)]  # fmt: skip
    for kind in ("team", "branch", "domain"):
        made += [_sql(f"policy to_{kind} lets everything of the entity through: {table}",
                      f"alter policy to_{kind} on {table} using ({ANY_SCOPE})",
                      quick=table in ("clients_unit", "serving_unitresult", "clients_partyidentity")) for table in CLIENT_TABLES]  # fmt: skip
        made += [_sql(f"policy to_{kind} dropped: {table}", f"drop policy to_{kind} on {table}", quick=table == "clients_party")
                 for table in CLIENT_TABLES]  # fmt: skip
    return made


def _one_branch_more(admin: Admin) -> None:
    sql = "select pg_get_expr(polqual, polrelid) from pg_policy where polrelid = 'clients_unit'::regclass and polname = 'to_branch'"
    row = admin.execute(sql).fetchone()
    more = "branch_id in (select id from clients_branch where code in ('SH-1', 'SH-2'))"
    admin.execute(
        statement(f"alter policy to_branch on clients_unit using (({row[0] if row else 'true'}) or {more})")
    )


def _grants() -> list[SqlMutant]:
    return [
        SqlMutant("branch heads see one more branch", _one_branch_more),
        _sql("the header's policy used for figures", "alter policy to_team on serving_unitresult using (unit_id = any((select sec.t_units())::bigint[]))"),
        _sql("a member's policy without the member", "alter policy to_team on serving_memberresult using (unit_id = any((select sec.t_units())::bigint[]))"),
        _sql("a party's policy without the domain", "alter policy to_team on clients_party using (exists (select from unnest(unit_keys) k where k >> 1 = any((select sec.t_units())::bigint[])))"),
        _sql("whole-bank policy without the entity", "alter policy to_all on clients_unit using ((select sec.t_kind()) = 'A')"),
        _sql("a policy that is a literal true", f"create policy planted on clients_unit for select to {SCOPED} using (true)"),
        _sql("secret gates for the whole bank", "create policy planted on serving_restrictedgate for select to jl_all using "
             f"({ANY_SCOPE}); grant select on serving_restrictedgate to jl_all"),
        _sql("quarantine for branch heads", "create policy planted on serving_quarantine for select to jl_branch using "
             f"({ANY_SCOPE}); grant select on serving_quarantine to jl_branch"),
        _sql("the auditor may change", "create policy planted on clients_unit for update to jl_all using "
             f"({ANY_SCOPE}); grant update on clients_unit to jl_all"),
        _sql("the auditor may change one column", "create policy planted on clients_party for update to jl_all using "
             f"({ANY_SCOPE}); grant update (name) on clients_party to jl_all"),
        _sql("managers may add coverage", "create policy planted on clients_coverage for insert to jl_team with check "
             f"({ANY_SCOPE}); grant insert on clients_coverage to jl_team"),
        _sql("compliance may delete", "create policy planted on work_task for delete to jl_comp using "
             f"({ANY_SCOPE}); grant delete on work_task to jl_comp"),
        _sql("audit in another person's name", f"alter policy add_own on kernel_auditentry with check ({ANY_SCOPE})"),
        _sql("managers read the audit", f"create policy planted on kernel_auditentry for select to jl_team using ({ANY_SCOPE}); "
             "grant select on kernel_auditentry to jl_team"),
        _sql("every head of department reads the audit", f"alter policy read_auditor on kernel_auditentry using ({ANY_SCOPE})"),
        _sql("passwords readable in a scope", "grant select on kernel_person to jl_team"),
        _sql("the application itself reads units", "create policy planted on clients_unit for select to jl_app using (entity <> ''); "
             "grant select on clients_unit to jl_app"),
        _sql("a new table without policies", "create table planted (id bigint, unit_id bigint, name text)"),
        _sql("the application can become the resolver", "grant jl_scope to jl_app", undo="revoke jl_scope from jl_app"),
    ]  # fmt: skip


def _matters() -> list[SqlMutant]:
    return [
        _sql("the auditor may set a tier", f"alter policy change_all on strategy_override using ({ANY_SCOPE}) with check ({ANY_SCOPE})"),
        _sql("risk may add a tier by hand", f"alter policy add_all on strategy_override with check ({ANY_SCOPE})"),
        _sql("nobody may set a tier", "drop policy change_all on strategy_override"),
        _sql("requests about no client for everybody", f"alter policy to_own on work_approval using (unit_id is null and {ANY_SCOPE})"),
        _sql("requests may be deleted", f"create policy planted on work_approval for delete to jl_team using ({ANY_SCOPE}); "
             "grant delete on work_approval to jl_team"),
        _sql("a word in another person's name", "alter policy add_own on work_decision with check (true)"),
        _sql("second factors readable in a scope", "create policy planted on kernel_secondfactor for select to jl_team using (true); "
             "grant select on kernel_secondfactor to jl_team"),
        _sql("sessions of others", f"alter policy to_own on kernel_staffsession using ({ANY_SCOPE})"),
        _sql("operations for every administrator", "alter policy to_duty on serving_load using (entity = (select sec.t_whole('O')))"),
        _sql("what everybody reads, for administrators too", f"alter policy to_house on clients_employee to jl_team, jl_ops using ({ANY_SCOPE}); "
             "grant select on clients_employee to jl_ops"),
        _sql("the audit for every administrator", "alter policy read_audit_admin on kernel_auditentry using (entity = (select sec.t_whole('O')))"),
        _sql("second factors for every administrator", "alter policy forget_admin on kernel_secondfactor using ((select sec.t_kind()) = 'O'); "
             "alter policy to_admin on kernel_secondfactor using ((select sec.t_kind()) = 'O')"),
        _sql("history of units out of sight", f"alter policy to_team on kernel_rowchange using ({ANY_SCOPE})"),
        _sql("partitions of the audit readable", "grant select on kernel_auditentry_rest to jl_team"),
    ]  # fmt: skip


def _resolver() -> list[SqlMutant]:
    dates = "and c.valid_from <= b.day and (c.valid_to is null or b.day < c.valid_to)"
    xid = "c.xid = pg_current_xact_id_if_assigned()"
    return [
        _rewrite("resolve ignores the end of coverage", "team_part", dates, "and c.valid_from <= b.day"),
        _rewrite("resolve ignores the start of coverage", "team_part", dates, "and (c.valid_to is null or b.day < c.valid_to)"),
        _rewrite("coverage ends a day late", "team_part", "b.day < c.valid_to", "b.day <= c.valid_to"),
        _rewrite("resolve ignores the domain", "team_part", "and c.domain = any(p_domains)", ""),
        _rewrite("a deputy without an absence", "team_part", "and d.valid_from <= b.day and b.day < d.valid_to", ""),
        _rewrite("a deputy after the absence", "team_part", "b.day < d.valid_to", "b.day <= d.valid_to"),
        _rewrite("everybody is everybody's deputy", "team_part", "d.deputy_id = p_me and", ""),
        _rewrite("one member opens the whole unit", "team_part", "o.unit_id = m.unit_id and o.current", "false and o.current"),
        _rewrite("branch heads ignore the domain", "branch_part", "and (g.domain is null or g.domain = d)", ""),
        _rewrite("branch heads ignore the end of the role", "branch_part", "b.day < g.valid_to", "b.day <= g.valid_to"),
        _rewrite("the tree ignores mergers", "subtree", "where not (b.merged_into_id is not null and b.valid_to <= p_day)", "where true"),
        _rewrite("the tree takes mergers of the future", "subtree", "b.merged_into_id = level.id and b.valid_to <= p_day", "b.merged_into_id = level.id"),
        _rewrite("a head's tree starts above him", "branch_part", "else (select id from", "else (select coalesce(parent_id, id) from"),
        _rewrite("disabled people keep their book", "resolve", "and p.is_active", ""),
        _rewrite("roles never end", "resolve", "g.valid_from <= p_day and (g.valid_to is null or p_day < g.valid_to)", "g.valid_from <= p_day"),
        _rewrite("roles begin early", "resolve", "g.valid_from <= p_day and (g.valid_to is null or p_day < g.valid_to)", "(g.valid_to is null or p_day < g.valid_to)"),
        _rewrite("one domain is the whole bank", "resolve", "('dept_head', 'risk', 'auditor') and g.domain is null", "('dept_head', 'risk', 'auditor')"),
        _rewrite("people who left keep their team", "resolve", "and staff_code <> '' and e.active", "and staff_code <> ''"),
        _rewrite("administrators are a team", "resolve", "in ('manager', 'private_banker', 'branch_head', 'dept_head', 'risk')", "in ('manager', 'private_banker', 'branch_head', 'dept_head', 'risk', 'system_admin')"),
        _rewrite("the book outlives its transaction", "t\\_%", f"and {xid}", ""),
        _rewrite("the seal is not compared", "enter", "sha256(mac) <> sha256(p_mac)", "false"),
        _rewrite("the seal never grows old", "enter", "> 60000000", "> 60000000000000"),
        _rewrite("the seal may be used again", "enter", "c.xid <> excluded.xid and c.issued < excluded.issued", "c.xid <> excluded.xid"),
        _rewrite("the seal forgets the person", "enter", "p_person || '|' || p_instant", "'1|' || p_instant", quick=False),
        _rewrite("the lake's book without the domain", "lake_book", "(p.id << 1 | p.domain) = any(b.pd)", "p.id = any(array(select k >> 1 from unnest(b.pd) as k)) or p.unit_keys operator(sec.&&&) array(select k # 1 from unnest(b.ud) as k)"),
        _rewrite("the lake's book forgets the units' domain", "lake_book", "and (u.id << 1 | u.domain) = any(b.ud)", "or u.id = any(b.units)"),
    ]  # fmt: skip


SQL_MUTANTS = (*_policies(), *_grants(), *_matters(), *_resolver())
