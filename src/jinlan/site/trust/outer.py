"""The promises about what lies around the product: what it is made of, what reaches it from outside, how it ends and begins."""

from __future__ import annotations

from jinlan.site.trust.report import Section
from jinlan.site.trust.stage import Stage


class Outer(Stage):
    """The promises about the surroundings."""

    def p10(self) -> Section:
        """Send addresses, files and fields that nobody asked for."""
        from jinlan.site.trust import foreign, handed_in, intake, unasked, ways_out

        with self.cloned("trust_p10") as admin:
            found = foreign.prove(self.bank, admin, each=self.sizes.files, seed=self.seed)
        with self.cloned("trust_p10") as admin:
            with foreign.believed():
                led = foreign.prove(self.bank, admin, each=1, seed=self.seed, parts=frozenset({"ways"}))
            with foreign.welcomed():
                kept = foreign.prove(self.bank, admin, each=1, seed=self.seed, parts=frozenset({"files"}), only=frozenset({"gifts-new", "webhooks-new"}))  # fmt: skip
            with intake.unlooked():
                blind = intake.prove(self.bank, admin, share=100, own=5)
            with unasked.passed_on():
                taken = unasked.prove(self.bank, admin, seed=self.seed, only=frozenset({"gifts-amend"}))
        fields, given = found.fields, found.intake
        tried = f"{found.ways + found.hooks + found.redirects:,} addresses, {found.files + given.handed:,} files, {fields.pairs:,} fields"
        refused = ", ".join(f"{code} {count}" for code, count in sorted(given.refused.items()))
        planted = "nobody looks at what a name stands for, every form takes files, nobody looks at what a file holds, a form passes on every field"
        answers = ", ".join(f"{code}: {count:,}" for code, count in sorted(found.answers.items()))
        return Section("P10", "Nothing foreign is reached, kept or taken over", tried, 0, found.wrong, planted, all((led.wrong, kept.wrong, blind.wrong, taken.wrong)), [
            (f"{len(ways_out.ways())} addresses, asked under a list of one host and under one that names every host: octal, hexadecimal, decimal and short forms, IPv6 wrappings, user names, schemes, names that stand for what is forbidden, now or from the second question on. "
            f"{found.hooks} of them were taken by the page of webhooks under that worst list, and told: each ended in a refusal. {found.redirects} redirects, none followed. Connections made: {found.good}, all to the host that is listed."),
            f"{len(ways_out.files())} hostile files, {self.sizes.files or 'all'} of them to each of {found.forms} addresses: none reached a view, and the process opened no file to write. Answers: {answers}.",
            (f"One address takes files, of who may write there. {len(handed_in.hostile())} files made for it (polyglots, bombs, scripts, macros, outside content, wrong endings, hostile names, hidden places) and {given.handed - len(handed_in.hostile())} of the others were handed in there by somebody who may: "
            f"0 accepted. {given.harmless} pictures were kept redrawn, with nothing of what was hidden in them, and given out as attachments in a sandbox. Expected refusals: {refused}. {given.good} good files came in; {given.denied} who may not add any were refused."),
            f"{fields.forms} forms and {fields.operations} operations of the API, each with every column of the rows that it writes that it does not ask for: no row holds one, and the API names each in a refusal.",
            f"Not taken in this bank whatever was sent, so not judged: {', '.join(fields.silent) or 'none'}.",
        ])  # fmt: skip

    def p18(self) -> Section:
        """Let this version take over from the one before, and that one from this."""
        from jinlan.site.trust import upgrade

        title = "Upgrades without stopping"
        found = upgrade.prove(self.folder / "upgrade", seed=self.seed, seconds=self.sizes.side_by_side)
        if not found.before:
            return Section(
                "P18",
                title,
                "**not run**: the version before is not at hand (no checkout with its history)",
                0,
            )
        tried = f"{len(found.migrations)} migrations there and back, {found.requests:,} requests"
        planted = ", ".join(found.canary) or "a migration that keeps its lock"
        caught = bool(found.canary) and all(found.canary.values())
        return Section("P18", title, tried, 0, found.wrong, planted, caught, [
            (f"Commit {found.before} served from a bank that it made; this version was started beside it, migrated ({', '.join(found.migrations)}) and served; then the one before came back on the migrated database. "
            f"{upgrade.CALLERS} callers of each all the time: every answer whole and good, {found.written} rows acknowledged and there. Nobody waited longer than {found.longest:.2f} s for a lock (limit {upgrade.LONGEST:.0f} s)."),
            "With a PostgreSQL of the bank's own, whose two versions may serve at once; the embedded one stops with its product (P19).",
        ])  # fmt: skip

    def p19(self) -> Section:
        """End the product again and again under load."""
        from jinlan.site import supervise
        from jinlan.site.trust import drain

        found = drain.prove(self.folder / "drain", stops=self.sizes.stops, seed=self.seed)
        outcomes = ", ".join(f"{name}: {count:,}" for name, count in sorted(found.outcomes.items()))
        tried = f"{found.stops} stops (SIGTERM) under load, {found.requests:,} requests, {found.jobs} jobs"
        return Section("P19", "Restart without loss", tried, 0, found.wrong, "web processes that are killed", found.canary, [
            f"The whole product with its own PostgreSQL, {drain.CALLERS} callers all the time. {found.held} requests were held in the database until after the signal: each was answered whole, and its row is there. Answers: {outcomes}; none was half. {found.unanswered} writes came too late for any answer; sent again under their key after the start, each row is there once.",
            f"{found.running} jobs were being done at the moments of the signals; in the end every job was done, and every effect is there once.",
            f"From the signal to the end {max(found.stopping, default=0):.1f} s at most, from the start to the first page {max(found.starting, default=0):.1f} s. Between the two nobody is served: one machine has no second one that takes over. What takes more than {supervise.GRACE} s to answer is cut off.",
            "The signal goes to the first process alone. A service manager that signals every process at once ends the database under those that it serves (docs/deploy.md, Install).",
        ])  # fmt: skip

    def p20(self) -> Section:
        """Cut off the neighbours."""
        from jinlan.site.trust import degrade

        with self.cloned("trust_p20") as admin:
            found = degrade.prove(self.bank, admin)
        with self.cloned("trust_p20") as admin, degrade.glossed_over():
            blind = degrade.prove(self.bank, admin, parts=("lake",))
        caught = any("does not say what is missing" in one for one in blind.wrong)
        return Section("P20", "Degrades, does not lie", f"{found.faults} faults of neighbours, {found.pages:,} pages", 0, found.wrong,
                       "a page that keeps silent about what it could not read", caught, [
            f"The lake's reader ({', '.join(degrade.LAKE_FAULTS)}), the identity provider ({', '.join(degrade.WEB_FAULTS)}) and the mail server ({', '.join(degrade.MAIL_FAULTS)}), one at a time, each waited for {degrade.WAIT:.0f} s here (15, 10 and 10 s in the product).",
            f"Pages that need none of them: no failure, 95 of 100 within {found.p95 * 1000:.0f} ms (limit {degrade.QUICK:.0f} s). {found.said} pages that need one said in words what is missing, and showed no row. {found.mails} mails wait for another try, their notices stand in the inbox.",
            "Not covered here: results that are old (pages show their date), a database that is slow, a full disk.",
        ])  # fmt: skip

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

    def p22(self) -> Section:
        """Read the locks, search for secrets, build twice."""
        from jinlan.site.trust import supply

        found = supply.prove()
        tried = f"{found.parts} parts with {found.hashes:,} hashes, {found.files} files"
        planted = "a line without a hash, a private key, a licence that is not on the list, a part that nobody locked"
        counted = ", ".join(f"{name} {count}" for name, count in found.licences.most_common())
        archive = f"{found.archive[:16]}… (SHA-256)" if found.archive else "not built: this is no checkout"
        return Section("P22", "Supply chain", tried, 0, found.wrong, planted, found.canary, [
            "Every line of `requirements/` is one version with hashes, every part of the browser has one; what is installed is what is locked, nothing beside it. The bill of materials (`./jinlan sbom FILE`, CycloneDX 1.6) says what the locks say.",
            f"Licences: {counted}. Not on the list of free ones, each with its reason: {'; '.join(found.special)}.",
            f"No key, token or password in any file that is kept. Built twice in different places: the archive of the source, {archive}, and {found.bundles} files of the browser's parts, which are those that are served. No wheel is published.",
            "Not covered here: published weaknesses of the parts (docs/deploy.md, Updates), secrets that were once in the history.",
        ])  # fmt: skip
