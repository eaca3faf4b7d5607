"""The command line: one line of help each, clear sentences on refusal, exit code 0, 1 (refused) or 2 (usage)."""

from __future__ import annotations

import argparse
import importlib
import sys

from jinlan.basics.errors import Refused
from jinlan.basics.terminal import printed

# name: (module with `configure(parser)` and `run(arguments) -> int`, help line)
COMMANDS: dict[str, tuple[str, str]] = {
    "start": ("start", "启动全部并打印地址与演示账号 / start everything (default command)"),
    "test": ("test", "运行全部测试 / run every test"),
    "check": ("check", "静态检查:ruff、mypy、import-linter、djLint、迁移 / static checks"),
    "demo-bank": ("demo_bank", "生成虚构银行的供数文件 / write a fictional bank's extracts"),
    "load": ("load", "加载供数目录 / load deliveries of extracts"),
    "staff": ("staff", "建立本行人员的登录 / make the sign-ins of a bank's own people"),
    "portal-person": (
        "portal_person",
        "开通或停用客户门户登录 / let a client's person into the portal, or end him",
    ),
    "nightly": ("nightly", "评估到某日为止的全部月末并发布 / evaluate and publish up to a date"),
    "list": ("list_units", "列出客户单元与层级 / list every client unit with its tier"),
    "why": ("why", "说明某单元为何在某层级 / explain a unit's tier in numbers"),
    "berka": ("berka", "把 PKDD'99 真实银行数据转为供数文件 / convert the PKDD'99 bank"),
    "db": ("db", "数据库:roles 打印角色 SQL,migrate 迁移 / database roles and migration"),
    "worker": ("worker", "后台任务:再开一个工作进程 / one more worker for jobs"),
    "trust": ("trust", "证明安全承诺并写 TRUST.md / prove the security promises, write TRUST.md"),
    "sbom": ("sbom", "物料清单(CycloneDX) / write the bill of materials"),
    "vault": ("vault", "保险库密钥:status、rotate、forget / the keys of the vault"),
    "audit": ("audit", "审计:seal 封存,verify 核对 / seal the audit, or verify it"),
    "backup": ("backup", "备份;verify DIR 核对一份 / back up this installation, or verify a backup"),
    "restore": ("restore", "把备份恢复到新的目录与时刻 / restore a backup into a new home, to an instant"),
    "bench": ("bench", "性能比值 / performance ratios within one run"),
    "shots": ("shots", "给每个页面拍照 / take pictures of every page"),
    "help": ("help", "显示本帮助 / show this help"),
}


def parser_for(name: str) -> tuple[argparse.ArgumentParser, str]:
    """Build the argument parser of one sub-command."""
    module, line = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"./jinlan {name}", description=line)
    importlib.import_module(f"jinlan.site.commands.{module}").configure(parser)
    return parser, module


def main(argv: list[str] | None = None) -> int:
    """Run one sub-command."""
    arguments = sys.argv[1:] if argv is None else argv
    name = {"--help": "help", "-h": "help"}.get(arguments[0], arguments[0]) if arguments else "help"
    if name not in COMMANDS:
        sys.stderr.write(
            f"没有命令 {name}。`./jinlan help` 列出全部命令。 / unknown command; see ./jinlan help\n"
        )
        return 2
    parser, module = parser_for(name)
    options, rest = parser.parse_known_args(arguments[1:])
    options.rest = rest
    if rest and name != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        code: int = importlib.import_module(f"jinlan.site.commands.{module}").run(options)
    except Refused as refusal:
        sys.stderr.write(f"{printed(refusal)}  [{refusal.code}]\n")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
