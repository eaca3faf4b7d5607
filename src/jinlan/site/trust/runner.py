"""The promises that requests, rows and kills prove, each on a copy of the bank; `lanes` runs them."""

from __future__ import annotations

import time

from jinlan.site.backup.wal import ARCHIVE_SECONDS
from jinlan.site.trust import arena as arenas
from jinlan.site.trust.outer import Outer
from jinlan.site.trust.report import Section
from jinlan.site.trust.stage import BANK, QUICK, say


class Runner(Outer):
    """The promises that requests, rows and kills prove."""

    def p1(self) -> list[Section]:
        """Ask every address of both hosts."""
        return [self._staffs_host(), self._clients_host()]

    def _clients_host(self) -> Section:
        """Ask the portal's host, and again with a session that forgets who was ended."""
        from jinlan.site.trust import portal

        began = time.monotonic()
        with self.cloned("trust_p1") as admin:
            found = portal.prove(self.bank, admin)
        with self.cloned("trust_p1") as admin, portal.forgetful():
            blind = portal.prove(self.bank, admin)
        caught = any(one.startswith("portal: ended ") for one in blind.wrong)
        return Section("P1", "Nobody sees or changes what is not his (clients' own people)", f"{found.probes:,} requests", time.monotonic() - began, found.wrong,
                       "a session that forgets who was ended", caught, [
            f"{len(portal.MATRIX)} addresses × 7 methods × stranger, the bank's cookie, two parties' principals, one with a one-time password, one who was ended; a page names the own party and no other thing of the bank.",
            "Every address of the bank's people asked at the clients' host, and the other way round: answered as what does not exist. One digest of all tables before and one after.",
        ])  # fmt: skip

    def _staffs_host(self) -> Section:
        """Ask every address of the bank's people; more banks until there are enough probes."""
        from jinlan.site.trust import probing

        total, seed, bank, name = probing.Verdict(), self.seed, self.bank, "trust_p1"
        self.arena.clone(name, BANK)
        while True:
            with arenas.connected(name), self.arena.planting(name) as admin:
                found = probing.prove(bank, admin, seed=seed, thorough=self.full)
            total.wrong += [f"seed {seed}: {one}" for one in found.wrong]
            total.probes, total.digests, total.words = (
                total.probes + found.probes,
                total.digests + found.digests,
                total.words + found.words,
            )
            total.answers.update(found.answers)
            if total.probes >= self.sizes.probes:
                break
            seed += 1
            bank = self.filled(name, seed)
        from jinlan.site.trust.cast import CAST
        from jinlan.site.trust.matrix import MATRIX

        answers = ", ".join(f"{code}: {count}" for code, count in sorted(total.answers.items()))
        tried = (
            f"{len(MATRIX)} addresses × 6 methods × {len(CAST) + 1} people × 8 relations to the object, searches and filters; {seed - self.seed + 1} bank(s) of "
            f"{len(self.bank.facts.units)} units and {len(self.bank.facts.parties)} parties."
        )
        return Section("P1", "Nobody sees or changes what is not his", f"{total.probes:,} requests", 0, total.wrong, lines=[
            tried,
            f"Answers: {answers}. Bodies of 404 compared with that of what does not exist; {total.words:,} names in bodies compared with those that the oracle allows.",
            f"{total.digests:,} digests of all tables (sessions, sign-in attempts and audit excepted), one after at most 60 requests, compared with the one before.",
            "The command line and the lake's reader take their scope from `lake_scope`, which P2 compares; `list_units` and `why` on result files are not probed here.",
        ])  # fmt: skip

    def p2(self) -> Section:
        """Examine the database alone."""
        from jinlan.site.trust import rls

        self.arena.clone("trust_p2", BANK)
        with arenas.connected("trust_p2"), self.arena.planting("trust_p2") as admin:
            found = rls.prove(self.bank, admin)
        cases = ", ".join(f"{name} {count:,}" for name, count in found.cases.items())
        return Section("P2", "The database alone also holds", f"{sum(found.cases.values()):,} cases", 0, found.wrong, lines=[
            f"{found.forced} of {found.tables} tables with policies have them forced. {cases}; {found.rows:,} rows read and compared with the oracle's, both ways: none more, none less.",
        ])  # fmt: skip

    def p3(self) -> Section:
        """Plant holes."""
        from jinlan.site.trust import mutants

        found = mutants.prove(self.arena, BANK, self.bank, seed=self.seed, full=self.full, say=say)
        return Section("P3", "Planted holes are caught", f"{found.planted} holes, one at a time", 0, [f"not caught: {name}" for name in found.missed],
                       f"{len(found.caught)} of {found.planted}", not found.missed,
                       [f"{name} → {line[:140]}" for name, line in found.caught.items()])  # fmt: skip

    def p4(self) -> Section:
        """Grant, end and disable, and ask at once."""
        from jinlan.site.trust import revocations

        with self.cloned("trust_p4") as admin:
            found = revocations.prove(self.bank, admin, steps=self.sizes.revocations, seed=self.seed)
        with self.cloned("trust_p4") as admin, revocations.remembered_roles():
            blind = revocations.prove(self.bank, admin, steps=100, seed=self.seed)
        steps = ", ".join(f"{name} {count}" for name, count in sorted(found.steps.items()))
        return Section("P4", "Permission changes act at once", f"{sum(found.steps.values()):,} changes, {found.requests:,} requests", 0, found.wrong,
                       "a cache of roles", bool(blind.wrong), [
            f"{steps}. After each change every session of the person asks for two pages, and the database for a scope; a role that would join duties must be refused.",
        ])  # fmt: skip

    def p5(self) -> Section:
        """Read everything as everybody."""
        from jinlan.site.trust import canaries

        people = frozenset() if self.full else canaries.FEW
        with self.cloned("trust_p5") as admin:
            found = canaries.prove(self.bank, admin, seed=self.seed, people=people, thorough=self.full)
        with self.cloned("trust_p5") as admin, canaries.unmasked():
            only, some = frozenset({"client-identities"}), frozenset({"lead", "dept"})
            blind = canaries.prove(self.bank, admin, seed=self.seed, people=some, only=only)
        caught = any("partyidentity.value" in one for one in blind.wrong)
        return Section("P5", "No personal data leaks", f"{found.requests:,} answers, {found.words:,} words in {found.fields} fields", 0, found.wrong,
                       "a mask that masks nothing", caught, [
            f"Every address, list order and file read by {len(people) or 'all'} people of the cast: {found.read:,} words in bodies, of {len(found.shown)} fields, each one read by somebody who may; none in headers, addresses or cursors. {found.plain} plain identifiers after step-up with a reason, each of the party that was asked for and to who may.",
            f"{found.lines:,} lines of the log, with errors forced in Python and in the database; {found.tables} tables copied out and {found.bytes / 2**20:.0f} MB of the database's own files and log read: no identifier of the vault.",
            f"Texts of class C2 without a row in this bank: {', '.join(sorted({one.partition('.')[0] for one in found.empty})) or 'none'}. Not looked for here: amounts (P2 compares their rows), the lake, mails (there are none).",
        ])  # fmt: skip

    def p6(self) -> Section:
        """Open every page with scripts in every text."""
        from jinlan.site.trust import scripts

        title = "No script runs"
        if not scripts.browser_path():
            return Section("P6", title, "**not run**: no Chromium, or no Playwright to drive it", 0)
        with self.cloned("trust_p6") as admin:
            found = scripts.prove(self.bank, admin, seed=self.seed, each=self.sizes.pages)
        with self.cloned("trust_p6") as admin:
            blind = scripts.blind(self.bank, admin, seed=self.seed)
        caught = any("a script ran" in one for one in blind.wrong)
        return Section("P6", title, f"{found.pages} pages opened, {found.payloads} payloads", 0, found.wrong, "a filter that believes its text", caught, [
            f"Chromium {found.browser}: {found.pages // 3} pages, each as it is, with a payload in all {found.texts:,} texts of {len(found.fields)} fields under the product's policy, and so with the policy lifted; {found.shows} of these openings showed payloads. No script ran, no text became markup, the policy had nothing to object to.",
            f"{found.answers:,} answers to everybody, of every status: content policy without `unsafe-`, nosniff, no frames, referrer and opener policies; `no-store` on what the signed-in are shown.",
        ])  # fmt: skip

    def p17(self) -> Section:
        """Guess, spoof and repeat."""
        from jinlan.site.trust import signing

        with self.cloned("trust_p17"):
            found = signing.prove(guesses=self.sizes.guesses, seed=self.seed)
        with self.cloned("trust_p17"), signing.without_limit():
            blind = signing.prove(guesses=20, seed=self.seed, only_guessing=True)
        return Section("P17", "Sign-in holds", f"{found.guesses:,} guesses, {found.hosts} invented hosts", 0, found.wrong,
                       "a sign-in that does not count", bool(blind.wrong), [
            f"Of the guesses of one name from one address {found.looked_at} were looked at, the others answered 429; then the right password is refused too.",
            f"A wrong password of a known name takes {found.difference:+.1f} ms against that of an unknown one (the quicker quarter of each, one machine).",
            "A one-time code opens once; the session's key changes at sign-in, step-up and with the password, and the old one opens nothing. There are no reset or magic links.",
            "Not limited: one wrong try each for many names, or for one name from many addresses.",
        ])  # fmt: skip

    def p7(self) -> Section:
        """Put statements into every parameter."""
        from jinlan.site.trust import inject

        with self.cloned("trust_p7"):
            found = inject.prove(self.bank, each=self.sizes.payloads, seed=self.seed)
        with self.cloned("trust_p7"), inject.pasted():
            blind = inject.prove(self.bank, each=QUICK.payloads, seed=self.seed, stop_early=True)
        return Section("P7", "No injection", f"{found.requests:,} requests, {found.parameters} parameters", 0, found.wrong,
                       "a search that pastes its text", bool(blind.wrong), [
            f"{len(inject.payloads())} payloads, {self.sizes.payloads or 'all'} of them for each parameter: no failure, nothing slower than {inject.SLOW:.0f} s (slowest {found.slowest * 1000:.0f} ms), no name that the page without the parameter does not show.",
        ])  # fmt: skip

    def p8(self) -> Section:
        """Send whatever nobody expects."""
        from jinlan.site.trust import hostile

        with self.cloned("trust_p8"):
            found = hostile.prove(self.bank, requests=self.sizes.hostile, seed=self.seed)
        with self.cloned("trust_p8"), hostile.trusting():
            blind = hostile.prove(
                self.bank, requests=QUICK.hostile, seed=self.seed, stop_early=True, only_api=True
            )
        answers = ", ".join(f"{code}: {count:,}" for code, count in sorted(found.answers.items()))
        return Section("P8", "Never a 500", f"{found.requests:,} requests", 0, found.wrong,
                       "an API that takes the size of a page for a number", bool(blind.wrong), [
            f"{found.addresses} addresses and {found.operations} operations of the API's own description, asked by {len(hostile.ASKERS)} people with what they expect, bent: paths, queries, forms, JSON (broken, deep, of wrong types), content types, headers, methods.",
            f"Answers: {answers}. The slowest took {found.slowest * 1000:.0f} ms (limit {hostile.SLOW:.0f} s).",
            "Through Django's own request handling; the server in front of it is not part of this.",
        ])  # fmt: skip

    def p9(self) -> Section:
        """Take hostile cells out of the house."""
        from jinlan.site.trust import files, papers

        with self.cloned("trust_p9"):
            found = files.prove(self.bank, cells=self.sizes.cells, seed=self.seed)
            taken = papers.prove(self.bank, self.seed, found.wrong)
        with self.cloned("trust_p9"), files.as_it_comes():
            blind = files.prove(self.bank, cells=files.AT_ONCE, seed=self.seed, stop_early=True)
        return Section("P9", "Exports are harmless", f"{found.cells:,} hostile cells, {found.files} files, {taken} documents", 0, found.wrong,
                       "a writer that leaves texts as they are", bool(blind.wrong), [
            f"CSV and XLSX read back cell by cell: none begins as a formula. Every list was taken as everybody who may ({found.refused} were refused, above a limit or out of sight); every file names its taker and has its audit entry with the number of rows.",
            "Plans were taken as Word and PDF as everybody who may: given to who sees the page and to nobody else, each with its number and record; nothing in one runs, refers outside or turns the reading.",
        ])  # fmt: skip

    def p11(self) -> list[Section]:
        """Kill loads and nights."""
        from jinlan.site.trust import crash

        loader, nights = crash.imports(
            self.folder,
            self.arena,
            loader=self.sizes.loader_kills,
            nights=self.sizes.night_kills,
            seed=self.seed,
        )
        return [
            Section("P11", f"Imports never lose or double ({name})", f"{one.kills} kills, {one.readings:,} readings", one.seconds,
                    one.wrong, canary, one.canary)
            for name, one, canary in (("loader", loader, "a loader that appends"), ("whole nights", nights, "a publication in pieces"))
        ]  # fmt: skip

    def p12(self) -> Section:
        """Kill PostgreSQL."""
        from jinlan.site.trust import crash

        found = crash.durable(self.folder / "durable", kills=self.sizes.server_kills, seed=self.seed)
        return Section("P12", "Acknowledged = durable", f"{found.kills} kills of PostgreSQL's process group, {found.acknowledged:,} acknowledged commits", 0,
                       found.wrong, "a writer that acknowledges before it commits", found.canary,
                       [f"Recovery: median {found.median:.2f} s, longest {max(found.recovery, default=0):.2f} s. A kill is no power cut: the page cache survives it."])  # fmt: skip

    def p13(self) -> Section:
        """Kill workers."""
        from jinlan.site.trust import outbox

        with self.cloned("trust_p13") as admin:
            found = outbox.prove(self.bank, admin, kills=self.sizes.worker_kills, seed=self.seed)
        with self.cloned("trust_p13") as admin, outbox.done_apart():
            blind = outbox.prove(self.bank, admin, kills=60, seed=self.seed)
        return Section("P13", "Jobs exactly once in effect", f"{found.kills:,} kills of workers, {found.jobs:,} jobs", 0, found.wrong,
                       "a worker that marks a job as done in another transaction", bool(blind.wrong), [
            f"Half of the jobs are one transaction, half have {outbox.STEPS} steps of their own; {found.dead} poisonous ones, which end their worker, were put with the dead and left nothing. {found.jumps} workers had a clock that was a year off.",
        ])  # fmt: skip

    def p14(self) -> Section:
        """Back up, restore, plant faults."""
        from jinlan.site.trust import restore

        found = restore.prove(
            self.folder / "restore",
            archive_seconds=self.sizes.archive_seconds,
            flips=self.sizes.flips,
            seed=self.seed,
        )
        restored = f"a backup made under a writer, restored to its own instant, to before a mistaken DELETE and to the end of the log; {found.planted} faults"
        refused = ", ".join(f"{code} {count}" for code, count in sorted(found.codes.items()))
        rate = found.bytes / max(found.rto, 0.001) / 2**20
        return Section("P14", "Restorable", restored, 0, found.wrong, "a restore that does not compare hashes", found.canary, [
            f"{found.rows:,} rows, {found.bytes / 2**20:.0f} MB; backup {found.back_up:.1f} s; restore with every check {found.rto:.1f} s ({rate:.0f} MB/s; a small bank: starting twice is most of it).",
            f"RPO: after a kill of everything and the loss of the data folder the newest archived row was {found.rpo:.1f} s old (log switched every {found.archive_seconds} s here, every {ARCHIVE_SECONDS} s in the product).",
            f"Refused, with nothing left behind: {refused}. {found.acknowledged} rows acknowledged before the backup's instant are in it.",
        ])  # fmt: skip

    def p16(self) -> Section:
        """Ask, agree, refuse, and race."""
        from jinlan.site.trust import four_eyes

        with self.cloned("trust_p16") as admin:
            found = four_eyes.prove(
                self.bank, admin, steps=self.sizes.eyes, threads=self.sizes.racers, seed=self.seed
            )
        with self.cloned("trust_p16") as admin, four_eyes.one_pair_of_eyes(admin):
            blind = four_eyes.prove(self.bank, admin, steps=200, threads=self.sizes.racers, seed=self.seed)
        caught = any("(maker) agrees" in one for one in blind.wrong)
        steps = ", ".join(f"{name} {count:,}" for name, count in sorted(found.steps.items()))
        ends = ", ".join(f"{name} {count:,}" for name, count in sorted(found.ends.items()))
        return Section("P16", "Four eyes", f"{sum(found.steps.values()):,} steps, {found.races:,} of them by {found.threads} at once", 0, found.wrong,
                       "maker and checker not compared", caught, [
            f"{steps}. Requests: {ends}. After every step the database was compared with a model of {four_eyes.MODEL_LINES} lines: 0 self-approvals, 0 effects twice, 0 of another content.",
            "Races run in threads with a connection each: words about one request, the same asked for by many, one form sent many times, roles of different duties granted to one person.",
        ])  # fmt: skip

    def p15(self) -> Section:
        """Tamper with the audit."""
        from jinlan.site.trust import tamper

        self.arena.clone("trust_p15", BANK)
        with arenas.connected("trust_p15"), self.arena.planting("trust_p15") as admin:
            found = tamper.prove(self.bank, admin, times=self.sizes.tamperings, seed=self.seed)
        self.arena.clone("trust_p15", BANK)
        with arenas.connected("trust_p15"), self.arena.planting("trust_p15") as admin:
            tamper.blind(admin)
            blind = tamper.prove(self.bank, admin, times=60, seed=self.seed)
        return Section("P15", "Audit cannot be edited silently (changed and forged rows)", f"{found.tried} tamperings of {found.entries} entries", 0, found.wrong,
                       "a check that leaves out a column", bool(blind.wrong), [
            "As a superuser with the triggers off: every column changed, rows forged; found by `kernel.audit.tampered`.",
            "Not covered here: deleted rows, a cut tail, and a row rewritten together with its hash (the hash of a row alone has no key); sealed batches are to cover them.",
        ])  # fmt: skip
