"""Branches (with a merger on 2026-03-01), employees (some move), and the staff who sign in to the demo."""

from __future__ import annotations

from dataclasses import dataclass, field

from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.names import Names
from jinlan.site.demobank.sizes import Size
from jinlan.site.demobank.timeline import EPOCH, MERGER, day, to_date

HEAD = "B0001"
# (branch, city, GB/T 2260 region, districts of the sub-branches)
_FIRST_TIER = (
    ("B1001", "北京", "110000", ("朝阳", "海淀", "西城")),
    ("B1002", "上海", "310000", ("浦东", "静安", "徐汇", "闵行")),
    ("B1003", "杭州", "330100", ("西湖", "滨江", "萧山", "余杭")),
    ("B1004", "深圳", "440300", ("南山", "福田", "龙岗")),
    ("B1005", "成都", "510100", ("锦江", "高新", "武侯")),
    ("B1006", "武汉", "420100", ("江汉", "洪山", "光谷")),
)
STAFF = (
    ("lihua", "李华", "E1001", "manager", "总监级客户经理"),
    ("wangmin", "王敏", "E1002", "manager", "客户经理"),
    ("zhaoyan", "赵岩", "E1003", "private_banker", "私人银行顾问"),
    ("sunjie", "孙杰", "E2001", "branch_head", "分行行长"),
    ("chenwei", "陈伟", "E3001", "dept_head", "战略客户部总经理"),
    ("zhoulin", "周琳", "E3101", "risk", "风险经理"),
    ("wuhan", "吴菡", "E3201", "compliance", "合规官"),
    ("zhengyu", "郑宇", "E3301", "auditor", "内审员"),
    ("hejun", "何军", "E3901", "system_admin", "系统管理员"),
    ("xulan", "许岚", "E3902", "security_admin", "安全管理员"),
    ("gaofeng", "高峰", "E3903", "audit_admin", "审计管理员"),
)
LIHUA, WANGMIN, ZHAOYAN, SUNJIE, CHENWEI = (row[2] for row in STAFF[:5])


@dataclass(slots=True)
class Org:
    """The organisation: sub-branches by tier-1 branch, regions, managers by sub-branch."""

    tier1: list[str] = field(default_factory=list)
    subs: dict[str, list[str]] = field(default_factory=dict)
    region: dict[str, str] = field(default_factory=dict)
    city: dict[str, str] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    managers: dict[str, list[str]] = field(default_factory=dict)
    bankers: dict[str, list[str]] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)
    merged: str = ""
    into: str = ""

    def sub(self, city: str, district: int) -> str:
        """Return the sub-branch of a tier-1 branch by its place in the list."""
        branch = next(code for code in self.tier1 if self.city[code] == city)
        return self.subs[branch][district]

    def every_sub(self) -> list[str]:
        """Return all sub-branches and outlets."""
        return [code for codes in self.subs.values() for code in codes]

    def lead_for(self, branch: str, number: int, *, private: bool = False) -> str:
        """Return a manager (or private banker) of the branch, or of its tier-1 branch."""
        pool = self.bankers if private else self.managers
        upper = next(
            (code for code in self._up(branch) if code in self.subs), self.tier1[number % len(self.tier1)]
        )
        near = [code for code in self._up(branch) if code in pool] or [
            code for code in (upper, *self.subs[upper]) if code in pool
        ]
        people = pool[near[0]] if near else next(iter(pool.values()))
        return people[number % len(people)]

    def _up(self, branch: str) -> list[str]:
        chain = [branch]
        while chain[-1] in self.parent:
            chain.append(self.parent[chain[-1]])
        return chain


def build(bank: Bank, size: Size, names: Names) -> Org:
    """Create branches and employees."""
    org = Org()
    _branches(bank, size, org)
    _merger(bank, org)
    _people(bank, size, org, names)
    return org


def _branch(bank: Bank, org: Org, code: str, name: str, level: int, parent: str | None, region: str) -> None:
    row = {"branch_id": code, "parent_id": parent, "level": level, "name": name, "entity_code": "JLB",
           "region_code": region, "valid_from": day(2006 + level * 2, 5, 18), "valid_to": None,
           "source_system": "HR", "source_key": code}  # fmt: skip
    org.region[code] = region
    if parent:
        org.parent[code] = parent
    bank.state.put("branch", bank.time.first, row)


def _branches(bank: Bank, size: Size, org: Org) -> None:
    _branch(bank, org, HEAD, "金澜银行总行", 1, None, "310000")
    number = 0
    for code, city, region, districts in _FIRST_TIER:
        _branch(bank, org, code, f"金澜银行{city}分行", 2, HEAD, region)
        org.tier1.append(code)
        org.city[code] = city
        org.subs[code] = []
        for district in districts:
            number += 1
            sub = f"B2{number:03d}"
            _branch(bank, org, sub, f"金澜银行{city}{district}支行", 3, code, region)
            org.subs[code].append(sub)
            org.city[sub] = city
    for place in range(6 + size.outlets):
        upper = org.tier1[(place + 2) % 6]
        parent = org.subs[upper][place // 6 % len(org.subs[upper])] if place else org.subs[upper][2]
        code = f"B3{place + 1:03d}"
        title = f"金澜银行{org.city[upper]}第{place // 6 + 1}网点"
        _branch(bank, org, code, title, 4, parent, org.region[upper])
        org.city[code] = org.city[upper]
        org.subs[upper].append(code)


def _merger(bank: Bank, org: Org) -> None:
    """杭州萧山支行 closes on the day of the merger; its outlet moves under 杭州滨江支行."""
    org.into, org.merged = org.sub("杭州", 1), org.sub("杭州", 2)
    when = MERGER.toordinal() - EPOCH
    for _, _, row in list(bank.state.rows["branch"]):
        if row["branch_id"] == org.merged:
            bank.state.put("branch", when, {**row, "valid_to": when}, "U")
        elif row["parent_id"] == org.merged:
            bank.state.put("branch", when, {**row, "parent_id": org.into}, "U")


def _employee(bank: Bank, code: str, name: str, branch: str, position: str, entry: int) -> dict[str, object]:
    row: dict[str, object] = {
        "employee_id": code, "name": name, "branch_id": branch, "position": position, "status": "ACTIVE",
        "entry_date": entry, "leave_date": None, "source_system": "HR", "source_key": code,
    }  # fmt: skip
    bank.state.put("employee", bank.since(entry), row)
    return row


def _people(bank: Bank, size: Size, org: Org, names: Names) -> None:
    dice = bank.dice("org")
    hangzhou = next(code for code in org.tier1 if org.city[code] == "杭州")
    homes = {LIHUA: org.into, WANGMIN: org.sub("上海", 0), ZHAOYAN: hangzhou, SUNJIE: hangzhou}
    for _, name, code, _, position in STAFF:
        home = homes.get(code, HEAD)
        org.home[code] = home
        _employee(bank, code, name, home, position, day(2014, 3, 10))
    subs = org.every_sub()
    for place in range(size.managers):
        private = place % 4 == 3
        branch = org.tier1[place // 4 % 6] if private else subs[(place - place // 4) % len(subs)]
        code = f"E1{place + 4:03d}"
        person = names.person(female=dice.chance(0.5))
        title = "私人银行顾问" if private else "客户经理"
        row = _employee(bank, code, person, branch, title, day(dice.whole(2010, 2022), dice.whole(1, 12), 6))
        (org.bankers if private else org.managers).setdefault(branch, []).append(code)
        org.home[code] = branch
        if place % 9 == 5:
            _move(bank, org, row, subs[(place * 3) % len(subs)], dice.whole(2, 10))
        elif branch == org.merged:
            when = MERGER.toordinal() - EPOCH
            bank.state.put("employee", when, {**row, "branch_id": org.into}, "U")
    _heads(bank, org, names)


def _move(bank: Bank, org: Org, row: dict[str, object], branch: str, months: int) -> None:
    """Move an employee to another branch some months before the end (never into the closed one)."""
    when = bank.time.ago(months).first
    target = org.into if branch == org.merged else branch
    bank.state.put("employee", when, {**row, "branch_id": target}, "U")
    org.home[str(row["employee_id"])] = target


def _heads(bank: Bank, org: Org, names: Names) -> None:
    dice = bank.dice("heads")
    number = 1
    for branch in [*org.tier1, *org.every_sub()]:
        if org.city[branch] == "杭州" and branch in org.tier1:
            continue
        number += 1
        title = "分行行长" if branch in org.tier1 else "支行行长"
        person = names.person(female=dice.chance(0.35))
        row = _employee(bank, f"E2{number:03d}", person, branch, title, day(dice.whole(2006, 2018), 7, 1))
        if branch == org.merged:
            when = MERGER.toordinal() - EPOCH
            bank.state.put("employee", when, {**row, "branch_id": org.into, "position": "支行副行长"}, "U")
    last = to_date(bank.time.last)
    for place, title in enumerate(
        ("战略客户部副总经理", "私人银行部总经理", "公司金融部总经理", "授信审批部总经理")
    ):
        person = names.person(female=dice.chance(0.4))
        _employee(bank, f"E30{place + 2:02d}", person, HEAD, title, day(last.year - 14 - place, 4, 1))
