"""The whole way of an account in a real browser, without scripts; its pages accessible on a phone."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, Opened, violations

pytestmark = pytest.mark.browser
NINE = "/questions/fcn-parameter-count"
SHOTS = ROOT / "shots"
LABELS = {
    "zh": {"name": "名字", "password": "密码", "register": "注册"},
    "en": {"name": "Name", "password": "Password", "register": "Register"},
}


def registered(page: Page, name: str, language: str = "zh") -> Page:
    said = LABELS[language]
    page.goto("/account/register")
    page.get_by_label(said["name"], exact=True).fill(name)
    page.get_by_label(said["password"]).fill("correct horse")
    page.get_by_role("button", name=said["register"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page


def answer(page: Page, total: str) -> None:
    page.goto(NINE)
    page.locator("[name=total]").fill(total)
    page.get_by_role("button", name="批改").click()
    page.get_by_text("看解答").first.wait_for()


def test_the_whole_way_without_scripts(opened: Opened, tmp_path: Path) -> None:
    name = f"小明 {uuid4().hex[:8]}"
    phone = opened("/", width=390, javascript=False)
    answer(phone, "52")
    phone.get_by_role("link", name="登录").click()
    phone.get_by_role("link", name="注册一个").click()
    phone.get_by_label("名字", exact=True).fill(name)
    phone.get_by_label("密码").fill("short")
    phone.get_by_role("button", name="注册", exact=True).click()
    expect(phone.get_by_text("密码至少 8 个字符")).to_be_visible()
    expect(phone.get_by_label("名字", exact=True)).to_have_value(name)
    phone.get_by_label("密码").fill("correct horse")
    phone.get_by_role("button", name="注册", exact=True).click()
    expect(phone.get_by_text("已作答 1 次")).to_be_visible()

    laptop = opened("/", javascript=False)
    answer(laptop, "67")
    laptop.get_by_role("link", name="登录").first.click()
    laptop.get_by_label("名字或邮箱").fill(name.upper())
    laptop.get_by_label("密码").fill("wrong horse")
    laptop.get_by_role("button", name="登录").click()
    expect(laptop.get_by_role("alert")).to_contain_text("对不上")
    expect(laptop.get_by_label("名字或邮箱")).to_have_value(name.upper())
    laptop.get_by_label("密码").fill("correct horse")
    laptop.get_by_role("button", name="登录").click()
    expect(laptop.get_by_text("已作答 2 次")).to_be_visible()
    expect(laptop.get_by_text("现在有 2 处")).to_be_visible()
    with laptop.expect_download() as download:
        laptop.get_by_role("link", name="导出我的全部数据").click()
    download.value.save_as(tmp_path / "mine.json")
    mine = json.loads((tmp_path / "mine.json").read_text("utf-8"))
    assert [entry["responses"]["total"] for entry in mine["attempts"]] == ["52", "67"]

    laptop.get_by_label("现在的密码").fill("correct horse")
    laptop.get_by_label("新密码").fill("battery staple")
    laptop.get_by_role("button", name="改密码").click()
    expect(laptop.get_by_role("status")).to_contain_text("密码改好了")
    phone.goto("/account")
    expect(phone.get_by_role("heading", level=1)).to_have_text("登录")
    laptop.get_by_role("button", name="退出登录").click()
    expect(laptop.get_by_role("heading", level=1)).to_have_text("登录")
    laptop.get_by_label("名字或邮箱").fill(name)
    laptop.get_by_label("密码").fill("battery staple")
    laptop.get_by_role("button", name="登录").click()
    laptop.locator("#delete").fill("battery staple")
    laptop.get_by_role("button", name="删除账户和数据").click()
    expect(laptop.get_by_role("link", name="登录", exact=True)).to_be_visible()
    laptop.goto(NINE)
    expect(laptop.locator("[name=total]")).to_have_value("")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1280])
def test_account_pages_are_accessible_and_fit(opened: Opened, width: int, language: str, theme: str) -> None:
    page = opened("/account", width=width, theme=theme, language=language)
    look(page, f"account-sign-in-{width}-{language}-{theme}")
    page.locator(".account button").click()
    page.locator(".problem").first.wait_for()
    look(page, f"account-refused-{width}-{language}-{theme}")
    page.goto("/account/register")
    page.locator(".account button").click()
    page.locator(".problem").first.wait_for()
    look(page, f"account-register-{width}-{language}-{theme}")
    registered(page, f"Maximiliane Aurelia {uuid4().hex[:12]}", language)
    look(page, f"account-{width}-{language}-{theme}")
    page.locator("#delete").press("Enter")
    page.locator(".problem").first.wait_for()
    look(page, f"account-unconfirmed-{width}-{language}-{theme}")
    page.goto(NINE)
    look(page, f"account-header-{width}-{language}-{theme}")


def look(page: Page, name: str) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
