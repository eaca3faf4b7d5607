"""`./jinlan help`."""

from __future__ import annotations

import argparse
import sys


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(options: argparse.Namespace) -> int:
    """Print every sub-command with one line."""
    del options
    from jinlan.site.cli import COMMANDS

    sys.stdout.write("Jinlan 金兰\n\n用法 / usage: ./jinlan [命令 command] [选项 options]\n\n")
    for name, (_, line) in COMMANDS.items():
        sys.stdout.write(f"  {name:<10} {line}\n")
    sys.stdout.write("\n./jinlan COMMAND --help 显示选项 / shows the options\n")
    return 0
