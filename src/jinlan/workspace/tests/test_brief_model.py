"""A language model beside the brief: off by default, blind to names, and taken at its word only where its sources say the same."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import an_actor
from jinlan.workspace.model_rules import Drafted, accepted, masks_of
from jinlan.workspace.tests.test_brief import home, lines, met  # noqa: F401  a fixture
from jinlan.workspace.tests.test_timeline import full  # noqa: F401  a fixture

Sign = Callable[[str], Client]
SOURCES = [
    "[P1] 是决策者，上次见面 2026-11-07",
    "日均存款为 5,000.00 万元",
    "客户：提供审计报告，已逾期 18 天",
]


def said(*rows: Any) -> str:
    return json.dumps({"sentences": list(rows)})


@pytest.mark.parametrize(
    "row",
    [
        {"text": "请对方兑现审计报告", "sources": []}, {"text": "请对方兑现审计报告"}, {"text": "请对方兑现审计报告", "sources": [4]}, {"text": "请对方兑现审计报告", "sources": [0]},
        {"text": "请对方兑现审计报告", "sources": [True]}, {"text": "请对方兑现审计报告", "sources": ["3"]}, {"text": "已逾期 19 天", "sources": [3]},
        {"text": "存款 5,000.00 万元", "sources": [3]}, {"text": "[P1] 逾期 18 天", "sources": [3]}, {"text": "[P2] 上次见面", "sources": [1]},
        {"text": "<b>18</b>", "sources": [3]}, {"text": "字" * 301, "sources": [3]}, {"text": " ", "sources": [3]}, {"text": 18, "sources": [3]}, "一句话",
    ],
)  # fmt: skip
def test_a_sentence_that_does_not_rest_on_its_sources_is_dropped(row: Any) -> None:
    assert accepted(said(row), SOURCES) == ([], 1)


def test_a_sentence_that_rests_on_its_sources_is_taken() -> None:
    answer = said(
        {"text": "请 [P1] 兑现审计报告（已逾期 18 天）", "sources": [1, 3, 3]},
        {"text": "存款 5,000.00 万元", "sources": [2]},
    )
    assert accepted(f"```json\n{answer}\n```", SOURCES) == (
        [Drafted("请 [P1] 兑现审计报告（已逾期 18 天）", (0, 2)), Drafted("存款 5,000.00 万元", (1,))], 0
    )  # fmt: skip


@pytest.mark.parametrize("answer", ["", "好的", "[]", "{}", '{"sentences": 3}', "[" * 100_000])
def test_an_answer_of_another_form_is_nothing(answer: str) -> None:
    assert accepted(answer, SOURCES) == ([], 0)


def test_names_are_hidden_whole_and_put_back() -> None:
    masks = masks_of("甲集团", ["张伟", "张伟强", "李强"])
    hidden = masks.hide("甲集团的张伟强与张伟、李强")
    assert (hidden, masks.show(hidden)) == ("[C1]的[P2]与[P1]、[P3]", "甲集团的张伟强与张伟、李强")


class Model(BaseHTTPRequestHandler):
    seen: list[tuple[str, Any]] = []
    answer: tuple[int, bytes] = (200, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((str(self.headers["Authorization"]), json.loads(body)))
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def model(settings: Any, tmp_path: Path) -> Iterator[type[Model]]:
    Model.seen.clear()
    server = HTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "key").write_text("sk-test\n")
    settings.JINLAN_OUTGOING_HOSTS = frozenset({f"127.0.0.1:{server.server_port}"})
    settings.JINLAN_MODEL_URL = f"http://127.0.0.1:{server.server_port}/v1/chat/completions"
    settings.JINLAN_MODEL_NAME, settings.JINLAN_MODEL_KEY_FILE = "bank-model", str(tmp_path / "key")
    yield Model
    server.shutdown()
    server.server_close()


def told(met: Any) -> list[dict[str, Any]]:
    with scoped(an_actor(met.cast.people["zhengyu"])):
        return [row.after for row in AuditEntry.objects.filter(verb="workspace.model_asked").order_by("id")]


def completion(text: str) -> tuple[int, bytes]:
    return 200, json.dumps({"choices": [{"message": {"content": text}}]}).encode()


def test_without_a_model_there_is_no_button_and_no_address(met: Any, as_person: Sign) -> None:
    client = as_person("lihua")
    assert "/brief/draft" not in client.get(home(met)).content.decode()
    assert (client.post(f"{home(met)}/draft").status_code, told(met)) == (404, [])


def test_the_model_sees_the_brief_without_names_and_is_shown_with_sources(
    met: Any, as_person: Sign, model: type[Model]
) -> None:
    client = as_person("lihua")
    page = client.get(home(met))
    number = [text for _part, text in lines(page)].index("投诉 K00007 自 2026-10-12 起未了结") + 1
    model.answer = completion(said(
        {"text": "先谈投诉 K00007（2026-10-12 起）", "sources": [number]}, {"text": "利润增长 30%", "sources": [number]}, {"text": "问候对方", "sources": []}
    ))  # fmt: skip
    assert "/brief/draft" in page.content.decode()
    answer = client.post(f"{home(met)}/draft", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert (
        "先谈投诉 K00007（2026-10-12 起）" in text,
        "利润增长" in text,
        "问候对方" in text,
        "另有 2 句" in text,
    ) == (True, False, False, True)
    assert f"出处 {number}" in text
    ((key, asked),) = model.seen
    sent = json.dumps(asked, ensure_ascii=False)
    assert (key, asked["model"], asked["temperature"]) == ("Bearer sk-test", "bank-model", 0)
    assert ("K00007" in sent, "张伟" in sent, "李强" in sent, "甲集团" in sent) == (True, False, False, False)
    (entry,) = told(met)
    assert (entry["model"], entry["taken"], entry["dropped"], entry["away"], entry["host"]) == (
        "bank-model",
        1,
        2,
        False,
        "127.0.0.1",
    )


@pytest.mark.parametrize(
    "answer",
    [(500, b"no"), (200, b"no json"), (200, b"{}"), completion("好的，我来准备"), (200, b"x" * 600_000)],
)
def test_a_model_that_fails_leaves_the_brief_as_it_is(
    met: Any, as_person: Sign, model: type[Model], answer: tuple[int, bytes]
) -> None:
    model.answer = answer
    found = as_person("lihua").post(f"{home(met)}/draft", headers={"HX-Request": "true"})
    assert (found.status_code, "模型没有给出可用的回答" in found.content.decode()) == (200, True)
    assert told(met)[0]["away"] is True


def test_who_does_not_see_the_client_asks_nothing(met: Any, as_person: Sign, model: type[Model]) -> None:
    assert as_person("zhaoyan").post(f"{home(met)}/draft").status_code == 404
    assert (model.seen, told(met)) == ([], [])
