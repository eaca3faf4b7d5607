"""The promises about what lies around the product: what it is made of, what reaches it from outside, how it ends and begins."""

from __future__ import annotations

from jinlan.site.trust.report import Section
from jinlan.site.trust.stage import Stage


class Outer(Stage):
    """The promises about the surroundings."""

    def p21(self) -> Section:
        """Read the compliance ledger."""
        from jinlan.site.trust import ledger

        found = ledger.prove()
        parts = {"item": "OWASP ASVS 5.0.0", "mlps": "GB/T 22239-2019", "jrt": "JR/T 0171-2020"}
        lines = [
            f"{parts[name]}: {one.items} items; {one.automated} answered by tests or promises, {one.deployer} by the bank that installs it, "
            f"{one.not_applicable} do not apply, {one.open} open."
            for name, one in found.parts.items()
        ]
        items = sum(one.items for one in found.parts.values())
        automated = (
            f"{found.parts['item'].share:.0%} of the ASVS items that apply are answered by tests or promises"
        )
        return Section("P21", "Compliance is executable", f"{items} items; {automated}", 0, found.wrong, "a test that is not there", found.canary, lines)  # fmt: skip
