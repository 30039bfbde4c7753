"""A new instructor and her students, from the setup link to the results, by what a person sees and clicks."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.accounts import setup
from tests.browser.conftest import Opened, serving
from tests.browser.test_accounts import look

pytestmark = pytest.mark.browser
IMAGE = "1 2 0\n0 1 3\n2 0 1"  # as one would type it
KERNEL = "[[1, 2], [0, -1]]"
ANSWERS = {  # worked out by hand
    "一一": ("4", "-1", "2", "6"),
    "二二": ("0", "3", "4", "0"),  # with the kernel turned by 180 degrees
    "三三": ("9", "9", "9", "9"),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("teaching")) as (_, address):
        yield address


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def register(page: Page, name: str, button: str) -> None:
    page.get_by_label("名字", exact=True).fill(name)
    page.get_by_label("密码").fill("correct horse")
    press(page, button)


def sign_in(page: Page, name: str) -> None:
    follow(page, "登录")
    page.get_by_label("名字或邮箱").fill(name)
    page.get_by_label("密码").fill("correct horse")
    press(page, "登录")


def cells(page: Page, values: tuple[str, ...]) -> None:
    for i, value in enumerate(values):
        page.locator(f"[name='output.{i // 2}.{i % 2}']").fill(value)


def written(page: Page) -> None:
    """The first question, with numbers of her own; a faulty entry is told at its field."""
    follow(page, "出一道题")
    press(page, "卷积")
    heading = page.locator("#preview h3").first
    expect(heading).to_have_text("手算卷积")
    page.evaluate("window.here = true")
    page.get_by_label("中文", exact=True).first.fill("亲手算卷积")
    expect(heading).to_have_text("亲手算卷积")
    page.get_by_label("题目给出的数：image", exact=True).fill(IMAGE)
    page.get_by_label("题目给出的数：kernel", exact=True).fill(KERNEL)
    expect(page.locator("#preview .px.k td").nth(3)).to_have_text("−1")
    assert page.evaluate("window.here")  # without a reload
    minutes = page.get_by_label("用时（分钟）")
    minutes.fill("很久")
    press(page, "保存草稿")
    expect(page.locator("#minutes-about .problem")).to_be_visible()
    expect(minutes).to_have_value("很久")
    expect(page.get_by_role("link", name="还有 1 处要改")).to_be_visible()
    expect(page.get_by_label("题目给出的数：image", exact=True)).to_have_value(re.compile(r"\[0, 1, 3\]"))
    minutes.fill("3")
    press(page, "保存草稿")
    expect(page.get_by_text("草稿存好了。", exact=True)).to_be_visible()


def published(page: Page) -> None:
    press(page, "检查并发布")
    expect(page.get_by_text("没有问题。")).to_be_visible()
    press(page, "发布")
    expect(page.get_by_text("发布了，学生现在就能看到")).to_be_visible()


def test_from_the_setup_link_to_the_results_of_a_class(opened: Opened, tmp_path: Path) -> None:
    teacher = opened(f"/teach/setup/{setup.token('tests')}")
    look(teacher, "teach-setup")
    register(teacher, "王老师", "成为老师")
    expect(teacher.get_by_role("heading", level=1)).to_have_text("教学")
    written(teacher)
    press(teacher, "试做")
    cells(teacher, ANSWERS["二二"])
    press(teacher, "批改")
    expect(teacher.locator(".verdict").first).to_contain_text("翻转")
    follow(teacher, "回去改题")
    published(teacher)

    follow(teacher, "教学")
    follow(teacher, "建立班级")
    teacher.get_by_label("新班级的名字").fill("深度学习")
    press(teacher, "建立班级")
    code = teacher.locator("p.code").inner_text()
    for name, answer in ANSWERS.items():
        student = opened("/", width=390)
        follow(student, "登录")
        follow(student, "注册一个")
        register(student, name, "注册")
        follow(student, "用代码加入班级")
        student.get_by_label("班级代码").fill(code.lower())
        press(student, "下一步")
        look(student, "teach-joining")
        press(student, "加入这个班")
        student.get_by_role("link", name="亲手算卷积").click()
        cells(student, answer)
        press(student, "批改")
        expect(student.locator(".verdict").first).to_be_visible()

    teacher.reload()
    marks = {name: teacher.get_by_role("row", name=name).locator("td").last for name in ANSWERS}
    expect(marks["一一"]).to_contain_text("已掌握")
    expect(marks["二二"]).to_have_text("0")
    expect(marks["三三"]).to_have_text("0")
    expect(teacher.get_by_role("region", name="每位同学")).to_be_visible()
    expect(teacher.locator("#results .slips")).to_contain_text("翻转")
    with teacher.expect_download() as download:
        follow(teacher, "CSV：成绩")
    download.value.save_as(tmp_path / "results.csv")
    with (tmp_path / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["姓名"]: row["亲手算卷积"] for row in csv.DictReader(file)}
    assert told == {"一一": "100", "二二": "0", "三三": "0"}
    teacher.get_by_role("columnheader", name="亲手算卷积").get_by_role("link").click()
    flipped = teacher.get_by_role("row").filter(has_text="翻转")
    expect(flipped.locator("td").nth(1)).to_have_text("1")


def test_a_file_taken_along_comes_back_under_another_name(opened: Opened, tmp_path: Path) -> None:
    page = opened("/")
    sign_in(page, "王老师")
    follow(page, "教学")
    follow(page, "亲手算卷积")
    with page.expect_download() as download:
        follow(page, "下载这道题（YAML）")
    assert download.value.suggested_filename == "my-convolution.yaml"
    download.value.save_as(tmp_path / "first.yaml")
    source = (tmp_path / "first.yaml").read_text("utf-8")
    again = tmp_path / "second-convolution.yaml"
    again.write_text(source.replace("亲手算卷积", "再算一次卷积"), "utf-8")
    follow(page, "教学")
    follow(page, "导入与导出")
    page.get_by_label("文件（").set_input_files(again)
    press(page, "导入")
    expect(page.get_by_text("收下了")).to_be_visible()
    follow(page, "再算一次卷积")
    press(page, "源码")
    area = page.get_by_label("题目的源码（YAML）")
    kept = area.input_value()
    line = kept[: kept.index("minutes:")].count("\n") + 1
    faulty = kept.replace("minutes: ", "minutes: [", 1)
    area.fill(faulty)
    expect(page.locator("#preview .problem").first).to_contain_text(f"第 {line} 行")
    press(page, "保存草稿")
    expect(page.locator("#preview .problem").first).to_contain_text(f"第 {line} 行")
    expect(area).to_have_value(faulty)
    area.fill(kept)
    press(page, "表单")
    expect(page.get_by_label("用时（分钟）")).to_have_value("3")
    published(page)
    follow(page, "看这道题")
    expect(page.get_by_role("heading", level=1)).to_have_text("再算一次卷积")


def test_the_form_without_scripts(opened: Opened) -> None:
    page = opened("/", javascript=False)
    sign_in(page, "王老师")
    follow(page, "教学")
    follow(page, "出一道题")
    press(page, "一个数")
    expect(page.get_by_text("添加一问：")).to_be_visible()
    press(page, "添加一问：选择")
    second = page.locator("fieldset.entry", has_text="第 2 问 · 选择").first
    expect(second).to_be_visible()
    press(page, "上移第 2 问")
    expect(page.locator("legend", has_text="第 1 问 · 选择")).to_be_visible()
    page.get_by_label("中文", exact=True).first.fill("不用脚本出的题")
    press(page, "保存草稿")
    expect(page.get_by_text("草稿存好了")).to_be_visible()
    published(page)
    follow(page, "看这道题")
    expect(page.locator(".part")).to_have_count(2)
    expect(page.locator(".part").first.locator("[type=radio]")).to_have_count(2)
