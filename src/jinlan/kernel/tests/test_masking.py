from __future__ import annotations

import pytest

from jinlan.kernel import masking


@pytest.mark.parametrize(
    ("function", "value", "shown"),
    [
        (masking.mask_person, "张三", "张*"),
        (masking.mask_person, "王小明", "王**"),
        (masking.mask_person, "欧阳娜娜", "欧***"),
        (masking.mask_person, "阿卜杜拉·买买提", "阿***"),
        (masking.mask_person, "张", "张*"),
        (masking.mask_person, "John Smith", "J***"),
        (masking.mask_person, "", ""),
        (masking.mask_company, "华岳建设集团有限公司", "华**公司"),
        (masking.mask_company, "东方股份有限公司", "东**公司"),
        (masking.mask_company, "红星集团", "红**集团"),
        (masking.mask_company, "公司", "公**"),
        (masking.mask_company, "Acme Ltd", "A***"),
        (masking.mask_phone, "13812341234", "138****1234"),
        (masking.mask_phone, "+86 138 1234 1234", "+86138****1234"),
        (masking.mask_phone, "6512345", "*****45"),
        (masking.mask_phone, "110", "***"),
        (masking.mask_id, "11010519491231002X", "110105********002X"),
        (masking.mask_id, "E12345678", "E1*****78"),
        (masking.mask_id, "1234", "***"),
        (masking.mask_account, "6222021234561234", "622202******1234"),
        (masking.mask_account, "6222 02** **** 1234 567", "622202*********4567"),
        (masking.mask_account, "1234567", "***4567"),
        (masking.mask_account, "123456", "***"),
        (masking.mask_address, "北京市朝阳区建国路88号院2号楼3单元", "北京市朝阳区****"),
        (masking.mask_address, "北京建国路", "北****"),
        (masking.mask_email, "zhang.san@example.com", "z***@example.com"),
        (masking.mask_email, "nobody", "***"),
    ],
)
def test_masks(function, value: str, shown: str) -> None:
    assert function(value) == shown


def test_an_unknown_kind_of_mask_hides_everything() -> None:
    assert masking.mask("no such kind", "secret") == "***"


def test_every_mask_kind_of_a_field_is_known() -> None:
    from typing import get_args, get_type_hints

    from jinlan.kernel.fields import Classified

    assert set(get_args(get_type_hints(Classified)["mask"])) <= set(masking.MASKS)
