"""Files on an interaction's page: handing in, refusals in words, taking, withdrawing; and that nothing is left on a disk."""

from __future__ import annotations

import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.domains.engagement.models import Attachment
from jinlan.domains.engagement.services.interactions import log_interaction
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import an_actor, writing
from jinlan.site.trust.handed_in import office, pdf, picture


@pytest.fixture
def talk(world) -> UUID:
    return logged(world)


def logged(world, **said: Any) -> UUID:
    actor = an_actor(world.cast.people["lihua"], now_utc())
    given = {"unit": world.cast.group.public_id, "kind": "VISIT", "starts_at": now_utc() - timedelta(days=1), "subject": "授信沟通", "minutes": "谈了授信方案。"}  # fmt: skip
    return UUID(log_interaction(actor=actor, **(given | said)))


def page(talk: UUID) -> str:
    return f"/interactions/{talk}"


def handed(client: Client, talk: UUID, *files: tuple[str, bytes]) -> Any:
    return client.post(
        f"{page(talk)}/attachments", {"files": [SimpleUploadedFile(name, content) for name, content in files]}
    )


def rows() -> list[Attachment]:
    with writing():
        return list(Attachment.objects.order_by("id"))


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_files_are_handed_in_listed_and_taken(talk, as_person) -> None:
    client = as_person("lihua")
    document = office("docx")

    answer = handed(client, talk, ("现场照片.jpg", picture(place=True)), ("方案.docx", document))
    assert (answer.status_code, answer["Location"]) == (302, page(talk))
    shown = client.get(page(talk))
    assert "现场照片.jpg" in text(shown)
    assert "Word 文档" in text(shown)
    assert "已上传 2 个附件" in text(shown)
    assert 'enctype="multipart/form-data"' in shown.content.decode()

    one, two = rows()
    taken = client.get(f"/attachments/{two.public_id}/content")
    assert (taken.status_code, taken.content) == (200, document)
    assert {name: taken[name] for name in ("Content-Type", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Cache-Control")} == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": "attachment; filename=\"attachment.docx\"; filename*=UTF-8''%E6%96%B9%E6%A1%88.docx",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-store",
    }  # fmt: skip
    assert b"GPS" not in client.get(f"/attachments/{one.public_id}/content").content


def test_each_file_is_judged_by_itself_and_its_refusal_says_what_to_do(talk, as_person) -> None:
    answer = handed(
        as_person("lihua"),
        talk,
        ("好.pdf", pdf()),
        ("坏.docm", b"x"),
        ("宏.docx", office("docx", {"word/vbaProject.bin": b"x"})),
    )

    assert answer.status_code == 422
    assert [one.name for one in rows()] == ["好.pdf"]
    said = text(answer)
    assert "坏.docm 不收 .docm 文件。 可以上传 jpg、jpeg、png、webp、pdf、docx、xlsx、pptx。" in said
    assert (
        "宏.docx 文件含有宏或控件。 请另存为不含宏的格式（docx、xlsx、pptx），或导出为 PDF 后再上传。" in said
    )
    assert "好.pdf" in said
    assert (
        'aria-describedby="id_files_help id_files_error_1 id_files_error_2" aria-invalid="true"'
        in answer.content.decode()
    )


def test_a_form_without_a_file_says_so(talk, as_person) -> None:
    answer = as_person("lihua").post(f"{page(talk)}/attachments", {})
    assert (answer.status_code, "请先选择文件，再上传。" in text(answer), rows()) == (422, True, [])


def test_a_file_that_is_too_large_is_told_so_on_the_page(talk, as_person) -> None:
    large = b"%PDF-" + bytes(10_000_000)
    answer = handed(as_person("lihua"), talk, ("大.pdf", large), ("小.pdf", pdf()))
    assert (answer.status_code, [one.name for one in rows()]) == (422, ["小.pdf"])
    assert "大.pdf 文件超过 10 MB。 请压缩图片，或拆成几个文件后再上传。" in text(answer)

    half = [(f"{number}.pdf", b"%PDF-" + bytes(9_000_000)) for number in range(3)]
    assert "2.pdf 一次上传的文件合计超过 24 MB。 请分几次上传。" in text(
        handed(as_person("lihua"), talk, *half)
    )


def test_nothing_of_a_file_is_left_on_a_disk(talk, as_person, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = office(
        "docx", {"word/media/x.png": bytes(range(256)) * 16_000}
    )  # above what Django keeps in memory by itself
    assert handed(as_person("lihua"), talk, ("大.docx", content)).status_code == 302
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("username", ["zhaoyan", "hejun", "wuhan", "zhengyu", ""])
def test_who_may_not_add_files_adds_none(world, talk, as_person, username: str) -> None:
    client = as_person(username) if username else Client()
    answer = handed(client, talk, ("好.pdf", pdf()))
    assert answer.status_code in (302, 400, 404)
    assert rows() == []


def test_a_file_out_of_sight_is_not_there_and_leaves_no_trace(talk, as_person) -> None:
    handed(as_person("lihua"), talk, ("好.pdf", pdf()))
    (row,) = rows()
    address = f"/attachments/{row.public_id}/content"
    assert [as_person(one).get(address).status_code for one in ("zhaoyan", "hejun")] == [404, 404]
    assert Client().get(address).status_code == 302
    assert as_person("lihua").post(address).status_code == 405
    assert taken(as_person) == 0
    assert (as_person("wuhan").get(address).status_code, taken(as_person)) == (200, 1)


def taken(as_person) -> int:
    from jinlan.kernel.models import Person

    with scoped(an_actor(Person.objects.get(username="zhengyu"), now_utc())):
        return AuditEntry.objects.filter(verb="engagement.file_taken").count()


def test_files_of_a_walled_talk_are_for_its_readers(world, as_person) -> None:
    talk = logged(world, inside=True)
    handed(as_person("lihua"), talk, ("好.pdf", pdf()))
    (row,) = rows()
    addresses = (page(talk), f"/attachments/{row.public_id}", f"/attachments/{row.public_id}/content")
    assert [
        [as_person(one).get(address).status_code for address in addresses]
        for one in ("lihua", "wuhan", "chenwei")
    ] == [[200] * 3, [200] * 3, [404] * 3]
    assert "好.pdf" not in text(as_person("chenwei").get("/attachments?view=all"))
    assert handed(as_person("chenwei"), talk, ("另.pdf", pdf(b"<<>>"))).status_code == 404
    assert len(rows()) == 1


def test_a_file_is_withdrawn_with_a_reason(talk, as_person) -> None:
    client = as_person("lihua")
    handed(client, talk, ("错.pdf", pdf()))
    (row,) = rows()
    form = client.get(f"/attachments/{row.public_id}/withdraw-attachment")
    fields = {name: form.context["form"].initial[name] for name in ("key", "seen")}

    assert (
        client.post(
            f"/attachments/{row.public_id}/withdraw-attachment", fields | {"reason": "误传了别的客户的材料"}
        ).status_code
        == 302
    )
    assert client.get(f"/attachments/{row.public_id}/content").status_code == 404
    said = text(client.get(page(talk)))
    assert "撤回：误传了别的客户的材料" in said
    assert f"/attachments/{row.public_id}/content" not in client.get(page(talk)).content.decode()


def test_the_lines_of_a_client_say_how_many_files_there_are(world, talk, as_person) -> None:
    client = as_person("lihua")
    handed(client, talk, ("a.pdf", pdf()), ("b.pdf", pdf(b"<<>>")))
    unit = world.address(world.cast.group)
    assert "2 个附件" in text(client.get(f"{unit}/interactions"))
    assert "2 个附件" in text(client.get(f"{unit}/timeline"))


def test_programs_read_what_files_there_are_and_take_them(talk, as_person) -> None:
    client = as_person("lihua")
    handed(client, talk, ("a.pdf", pdf()))
    (row,), (told,) = rows(), client.get("/api/v1/attachments?view=kept").json()["items"]
    assert (told["name"], told["size"], told["state"], told["kind"]) == ("a.pdf", len(pdf()), "kept", "PDF")

    address = f"/api/v1/attachments/{row.public_id}/content"
    taken_by = client.get(address)
    assert (taken_by.status_code, taken_by.content, taken_by["Content-Disposition"][:11]) == (
        200,
        pdf(),
        "attachment;",
    )
    assert [as_person(one).get(address).status_code for one in ("zhaoyan", "hejun")] == [404, 404]
    assert (Client().get(address).status_code, taken(as_person)) == (401, 1)
