"""A bank of three accounts in the shape of the PKDD'99 files, invented for the tests."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from jinlan.site.berka.source import TRANSACTIONS, WHERE_FROM

FILES = {
    "district.asc": """A1;A2;A3;A4
1;"Hl.m. Praha";"Prague";1204953
2;"Benesov";"central Bohemia";88884
""",
    "account.asc": """"account_id";"district_id";"frequency";"date"
1;1;"POPLATEK MESICNE";940301
2;2;"POPLATEK TYDNE";940315
3;2;"POPLATEK PO OBRATU";950101
""",
    "client.asc": """"client_id";"birth_number";"district_id"
11;"706213";1
12;"450204";1
13;"406009";2
14;"800101";2
""",
    "disp.asc": """"disp_id";"client_id";"account_id";"type"
1;11;1;"OWNER"
2;12;1;"DISPONENT"
3;13;2;"OWNER"
4;14;3;"OWNER"
""",
    "loan.asc": """"loan_id";"account_id";"date";"amount";"duration";"payments";"status"
"7";"2";"940320";"1200";"12";"100.00";"A"
"8";"3";"950201";"2400";"24";"100.00";"B"
""",
    "order.asc": """"order_id";"account_id";"bank_to";"account_to";"amount";"k_symbol"
1;1;"YZ";"87144583";2452.00;"SIPO"
""",
    "card.asc": """"card_id";"disp_id";"type";"issued"
1;3;"gold";950601 00:00:00
2;1;"classic";950601 00:00:00
""",
}
# account 1: the day 940331 stands in the file in the wrong order and is 0.10 off; account 2 lacks an entry
ENTRIES = """"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"
1;1;940301;"PRIJEM";"VKLAD";1000.00;1000.00;"";;
2;2;940315;"PRIJEM";"PREVOD Z UCTU";500.00;500.00;"DUCHOD";"QR";"123"
3;1;940303;"VYDAJ";"VYBER KARTOU";200.00;800.00;" ";;"0"
4;1;940303;"VYDAJ";"PREVOD NA UCET";50.00;750.00;"SIPO";"YZ";"87144583"
6;1;940331;"VYDAJ";"VYBER";14.60;740.50;"SLUZBY";;
5;1;940331;"PRIJEM";"";5.00;755.10;"UROK";;
7;2;940331;"VYBER";"VYBER";100.00;404.20;"";;
"""


def write_tiny(folder: Path) -> Path:
    """Write the invented files and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="ascii")
    with gzip.open(folder / TRANSACTIONS, "wt", encoding="ascii") as file:
        file.write(ENTRIES)
    return folder


def real_files() -> Path:
    """Return the folder of the published files; skip the test when they are not here."""
    root = os.environ.get("JINLAN_REALDATA", "")
    folder = Path(root) / "berka"
    if not root or not folder.is_dir():
        pytest.skip(f"JINLAN_REALDATA names no folder with berka/; it comes from {WHERE_FROM}")
    return folder
