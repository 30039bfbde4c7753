"""What a zip, a folder or a paste holds; whatever is not plainly a file of ours is refused by name."""

import struct
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest

from app.teaching import archive
from app.teaching.archive import Files, in_folder, opened, pack, pasted, unfold, unpacked

NOW = datetime(2026, 1, 1, 10, 30, tzinfo=UTC)


def zipped(entries: dict[str, bytes], kind: int = ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", kind) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return buffer.getvalue()


def said(files: Files) -> dict[str, str]:
    return {problem.file: str(problem.sentence) for problem in files.problems}


def test_folders_and_what_file_managers_leave_are_skipped() -> None:
    entries = {"a.yaml": b"a", "bank/": b"", "__MACOSX/._a.yaml": b"x", "bank/.DS_Store": b"x"}
    files = unpacked(zipped(entries | {"bank/images/B.PNG": b"b", "bank/c.YML": b"c"}))
    assert files == Files({"a.yaml": b"a", "bank/c.YML": b"c"}, {"bank/images/B.PNG": b"b"})


@pytest.mark.parametrize(
    "name",
    ["../a.yaml", "bank/../../a.yaml", "/etc/a.yaml", "C:/a.yaml", "c:a.yaml", "..\\a.yaml", "x\\a.yaml"],
)
def test_a_path_that_leads_outside_is_refused_by_name(name: str) -> None:
    data = zipped({"x" * len(name): b"a", "good.yaml": b"g"}).replace(b"x" * len(name), name.encode())
    files = unpacked(data)
    assert "leads out of the archive" in said(files)[name] and list(files.texts) == ["good.yaml"]


def test_links_are_refused() -> None:
    buffer, link = BytesIO(), ZipInfo("a.yaml")
    link.external_attr = 0o120777 << 16
    with ZipFile(buffer, "w") as packed:
        packed.writestr(link, "/etc/passwd")
    assert "is a link" in said(unpacked(buffer.getvalue()))["a.yaml"]


def test_what_is_encrypted_is_refused() -> None:
    data = bytearray(zipped({"a.yaml": b"a"}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in said(unpacked(bytes(data)))["a.yaml"]


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 but no zip", zipped({"a.yaml": b"a" * 999})[:60], b"\x1f\x8b" + b"\0" * 99],
    ids=["empty", "broken", "cut", "gzip"],
)
def test_what_is_no_zip_is_said(data: bytes) -> None:
    assert "cannot be read" in said(unpacked(data, "bank.zip"))["bank.zip"]


def test_a_damaged_entry_and_an_unusual_packing_are_named() -> None:
    whole = zipped({"a.yaml": b"abcdefgh" * 40, "b.yaml": b"b"})
    at = whole.index(b"a.yaml") + 8
    files = unpacked(whole[:at] + b"\xff\xff\xff" + whole[at + 3 :])
    assert "damaged" in said(files)["a.yaml"] and list(files.texts) == ["b.yaml"]
    assert "cannot be read" in said(unpacked(zipped({"a.yaml": b"a"}, ZIP_LZMA)))["a.yaml"]


def test_a_zip_bomb_is_refused_and_never_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    files = unpacked(zipped({"a.yaml": b"\0" * 30_000_000, "b.yaml": b"b"}))
    assert "zip bomb" in said(files)["a.yaml"] and list(files.texts) == ["b.yaml"]
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10_000)
    files = unpacked(zipped({"a.yaml": b"a" * 9_000, "b.yaml": b"b" * 9_000}), "bank.zip")
    assert "unpacked" in said(files)["bank.zip"] and list(files.texts) == ["a.yaml"]


def test_the_length_in_the_header_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 10_000)
    data = zipped({"a.yaml": b"a" * 5_000_000})
    lying = data.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 10))
    assert lying != data
    files = unpacked(lying)
    assert files.texts == {} and "damaged" in said(files)["a.yaml"]


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_ENTRIES", 3)
    files = unpacked(zipped({f"{i}.yaml": b"" for i in range(4)}), "bank.zip")
    assert files.texts == {} and "Over 20000 files" in said(files)["bank.zip"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_chinese_names_are_read_however_they_were_written(encoding: str) -> None:
    name = "图片/誠.png".encode(encoding)  # one of these characters holds a backslash in GB18030
    data = zipped({"x" * len(name): b"p"}).replace(b"x" * len(name), name)
    assert list(unpacked(data).pictures) == ["图片/誠.png"]


def test_other_files_are_named_not_dropped() -> None:
    assert "leave this file out" in said(unpacked(zipped({"notes.docx": b"x"})))["notes.docx"]
    assert "twice" in said(pasted("# a.yaml\n1\n# a.yaml\n2\n"))["a.yaml"]


def test_a_single_file_comes_with_its_name() -> None:
    assert opened("C:\\bank\\a.yaml", b"a").texts == {"a.yaml": b"a"}
    assert opened("bank.zip", zipped({"b.yml": b"b"})).texts == {"b.yml": b"b"}


def test_a_paste_is_split_at_the_names() -> None:
    files = pasted("# a.yaml\r\ntitle: 1\r\n# a comment\r\n---\n# b.yml\nb\n--- # c.yaml\nc")
    assert files.texts == {"a.yaml": b"title: 1\n# a comment\n", "b.yml": b"b\n", "c.yaml": b"c"}
    assert not files.problems
    assert "Begin each question" in said(pasted("title: 1\n"))["paste"]


def test_a_folder_goes_out_and_comes_in(tmp_path: Path) -> None:
    files = {"a.yaml": b"a", "drafts/b.yaml": b"b", "images/c.png": b"c"}
    assert list(unfold(files.items(), tmp_path)) == list(files)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/d.yaml").write_text("hidden")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a.yaml")
    read = in_folder(tmp_path)
    assert read.texts == {"a.yaml": b"a", "drafts/b.yaml": b"b"} and read.pictures == {"images/c.png": b"c"}
    assert list(said(read)) == ["link.yaml"]


def test_a_zip_that_was_packed_is_read_again() -> None:
    buffer, files = BytesIO(), {"a.yaml": b"a" * 999, "images/c.png": b"c"}
    assert list(pack(files.items(), buffer, NOW)) == list(files)
    read = unpacked(buffer.getvalue())
    assert read.texts | read.pictures == files and not read.problems
    (first, _) = ZipFile(buffer).infolist()
    assert first.date_time == (2026, 1, 1, 10, 30, 0) and first.external_attr >> 16 == 0o644
