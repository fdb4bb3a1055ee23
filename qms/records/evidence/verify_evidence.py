"""Check an evidence package, on any machine: Python 3.9 or newer, and `cryptography`.

    python verify_evidence.py GOI.zip [--public-key KHOA.pem] [--allow-unsigned]

It stands alone and lies in each package; it knows how packages, entries and rows are spelled by
itself, so that it also finds where the program that made the package was wrong. Exit code 0: all
that can be checked holds; 1: it does not; 2: the command is not understood.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import struct
import sys
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "evidence-1"
MANIFEST, SIGNATURE = "goi.json", "goi.sig.json"
CHAIN, ENTRIES = "so-cai/chuoi.txt", "so-cai/muc.jsonl"
TABLES, FILES, CHECKPOINTS, KEYS = "bang/", "tep/", "diem-kiem-chung/", "khoa/"
START = "0" * 64
LONGEST = 200  # letters of a value that an entry holds as it is
PIECE = 1 << 20
FULL = 0xFFFFFFFF  # what a field of four bytes says when the number stands in the extra field
_LOCAL, _CENTRAL = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I")
_DAY = 0x21  # 1 January 1980: a package says in its manifest when it was made
_NAME = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)?(\.[a-z0-9]+)*", re.IGNORECASE)


Place = tuple[str, str, str]  # of an entry: table, key of the history row or else its own


class Refused(Exception):
    """The package is not what was made; the message says why, in Vietnamese."""


# --- The container: a ZIP without compression, in which every byte is determined ---


def local_header(name: str, size: int, crc: int) -> bytes:
    """Return what stands before a member."""
    large = size >= FULL
    extra = struct.pack("<2H2Q", 1, 16, size, size) if large else b""
    stated = FULL if large else size
    said = (45 if large else 20, 0, 0, 0, _DAY, crc, stated, stated, len(name), len(extra))
    return _LOCAL.pack(b"PK\3\4", *said) + name.encode("ascii") + extra


def directory(members: list[tuple[str, int, int, int]]) -> bytes:
    """Return what stands behind the members, each given as name, size, CRC and offset."""
    rows, end = [], 0
    for name, size, crc, offset in members:
        large = size >= FULL or offset >= FULL
        extra = struct.pack("<2H3Q", 1, 24, size, size, offset) if large else b""
        stated = (FULL, FULL) if large else (size, size)
        said = (0x032D, 45 if large else 20, 0, 0, 0, _DAY, crc, *stated, len(name), len(extra))
        tail = (0, 0, 0, 0o100644 << 16, FULL if large else offset)
        rows.append(_CENTRAL.pack(b"PK\1\2", *said, *tail) + name.encode("ascii") + extra)
        end = offset + len(local_header(name, size, crc)) + size
    body = b"".join(rows)
    count, length = len(members), len(body)
    more = b""
    if count >= 0xFFFF or length >= FULL or end >= FULL:
        head = (44, 0x032D, 45, 0, 0, count, count, length, end)
        more = struct.pack("<4sQ2H2I4Q", b"PK\6\6", *head)
        more += struct.pack("<4sIQI", b"PK\6\7", 0, end + length, 1)
        count, length, end = min(count, 0xFFFF), min(length, FULL), min(end, FULL)
    return body + more + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, length, end, 0)


class Container:
    """The members of a package by their name, read once from the first byte to the last.

    Raises Refused where any byte is other than it must be.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sums: dict[str, str] = {}
        self.places: dict[str, tuple[int, int]] = {}
        members, head = [], file.read(_LOCAL.size)
        while head[:4] == b"PK\3\4" and len(head) == _LOCAL.size:
            offset = file.tell() - _LOCAL.size
            name, size, crc = self._header(head)
            self._content(name, size, crc)
            members.append((name, size, crc, offset))
            head = file.read(_LOCAL.size)
        expected = directory(members)
        if not members or head + file.read(len(expected) + 1) != expected:
            raise Refused("Phần cuối của tệp ZIP không đúng dạng của gói: thiếu, thừa hoặc bị sửa.")

    def _header(self, head: bytes) -> tuple[str, int, int]:
        said = _LOCAL.unpack(head)
        rest = self._file.read(said[9] + said[10])
        name = rest[: said[9]].decode("ascii", "replace")
        extra = rest[said[9] :]
        size = struct.unpack("<2H2Q", extra)[2] if len(extra) == 20 else said[8]
        if not _NAME.fullmatch(name) or head + rest != local_header(name, size, said[6]):
            raise Refused("Có tiêu đề trong tệp ZIP không đúng dạng của gói.")
        if name in self.sums:
            raise Refused(f"Tên {name} xuất hiện hai lần.")
        return name, size, said[6]

    def _content(self, name: str, size: int, crc: int) -> None:
        self.places[name] = (self._file.tell(), size)
        digest, found, left = hashlib.sha256(), 0, size
        while left:
            piece = self._file.read(min(left, PIECE))
            if not piece:
                raise Refused(f"Tệp {name} bị cắt.")
            digest.update(piece)
            found, left = zlib.crc32(piece, found), left - len(piece)
        if found != crc:
            raise Refused(f"Nội dung {name} đã bị sửa.")
        self.sums[name] = digest.hexdigest()

    def read(self, name: str) -> bytes:
        if name not in self.places:
            raise Refused(f"Gói thiếu {name}.")
        start, size = self.places[name]
        self._file.seek(start)
        return self._file.read(size)

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines, each of which must end with a line feed."""
        text = self.read(name).decode("utf-8")
        if text and not text.endswith("\n"):
            raise Refused(f"{name} bị cắt ở dòng cuối.")
        yield from text.split("\n")[:-1]


# --- The spelling of what is hashed ---


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def spelled(text: str, where: str) -> Any:
    """Return what a line says, which must be spelled as all that is hashed is."""

    def refuse(said: Any) -> Any:
        raise Refused(f"{where}: cách viết không đúng quy ước.")

    value = json.loads(text, parse_int=refuse, parse_float=refuse, parse_constant=refuse)
    if canonical(value) != text or unicodedata.normalize("NFC", text) != text:
        refuse(text)
    return value


def short(value: Any) -> Any:
    """Return what an entry holds of a value: itself, or where it is long its hash and length."""
    text = value if isinstance(value, str) else canonical(value)
    if len(text) <= LONGEST:
        return value
    return {"sha256": digest(text), "length": str(len(text))}


# --- Keys ---


def key_of(pem: bytes) -> tuple[str, Ed25519PublicKey]:
    """Return a public key and its id. Raises ValueError where it is none."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("no Ed25519 key")
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16], key


def is_signed(key: Ed25519PublicKey, signature: str, statement: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), statement.encode("utf-8"))
    except (InvalidSignature, ValueError):
        return False
    return True


def statement_of(manifest_sha256: str) -> str:
    """Return what the signature of a package is over."""
    return canonical({"format": FORMAT, "manifest": manifest_sha256})


# --- The package ---


class Check:
    """One run over a package; `wrong` holds what does not hold, `open` what nothing can prove."""

    def __init__(self, box: Container, trusted: dict[str, Ed25519PublicKey]) -> None:
        self.box, self.trusted = box, trusted
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.good: list[str] = []
        self.chain: list[tuple[str, str]] = [("", START)]  # body and hash by place
        self.told: dict[Place, dict[str, Any]] = {}
        self.used: set[Place] = set()
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.keys = dict(key_of(box.read(name)) for name in box.sums if name.startswith(KEYS))
        self.manifest = self._read_manifest()

    def _read_manifest(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.box.read(MANIFEST))
        if said.get("format") != FORMAT:
            raise Refused(f"Dạng gói {said.get('format')} không phải {FORMAT}.")
        listed = {name: each["sha256"] for name, each in said["members"].items()}
        found = {n: s for n, s in self.box.sums.items() if n not in (MANIFEST, SIGNATURE)}
        for name in sorted(set(listed) | set(found)):
            if listed.get(name) != found.get(name):
                raise Refused(f"{name}: thiếu, thừa hoặc không phải tệp mà mục lục nêu.")
        self.good.append(f"Mục lục gói khớp {len(found)} tệp, từng byte.")
        return said

    def signature(self, *, allow_unsigned: bool) -> None:
        """Ask who signed the manifest; a key that came with the package proves no origin."""
        if SIGNATURE not in self.box.sums:
            said = "Gói không được ký: ai cũng có thể làm một gói như thế này."
            (self.open if allow_unsigned and not self.trusted else self.wrong).append(said)
            return
        said = json.loads(self.box.read(SIGNATURE))
        name = str(said.get("key"))
        key = (self.trusted or self.keys).get(name)
        if key is None:
            where = "tệp --public-key" if self.trusted else "trong gói"
            self.wrong.append(f"Gói được ký bằng khóa {name}, không phải khóa {where}.")
        elif not is_signed(key, str(said.get("signature")), statement_of(self.box.sums[MANIFEST])):
            self.wrong.append("Chữ ký của gói không đúng.")
        elif self.trusted:
            self.good.append(f"Gói được ký bằng khóa {name} mà người kiểm tra cung cấp.")
        else:
            self.good.append(f"Gói được ký bằng khóa {name}.")
            self.open.append(
                "Khóa công khai chỉ lấy từ chính gói này: gói nguyên vẹn, nhưng chưa chứng minh ai "
                "làm ra. Hãy lấy khóa (hoặc mã khóa) từ cơ quan bằng đường khác, dùng --public-key."
            )

    def links(self) -> None:
        """Recompute the chain link by link, to the head."""
        for seq, line in enumerate(self.box.lines(CHAIN), start=1):
            parts = line.split(" ")
            previous = self.chain[-1][1]
            if len(parts) != 4 or parts[0] != str(seq):
                raise Refused(f"Sổ cái: dòng {seq} sai dạng hoặc mất mục.")
            said = {"format": parts[1], "seq": parts[0], "previous": previous, "body": parts[2]}
            if digest(canonical(said)) != parts[3]:
                raise Refused(f"Sổ cái đứt ở mục {seq}.")
            self.chain.append((parts[2], parts[3]))
        head = self.manifest["head"]
        last = len(self.chain) - 1
        if head != {"seq": last, "sha256": self.chain[-1][1]}:
            raise Refused("Đầu sổ cái không phải mục cuối của chuỗi.")
        self.good.append(f"Sổ cái liền mạch từ mục 1 đến mục {last}, {self.chain[-1][1][:16]}….")

    def entries(self) -> None:
        """Ask each entry whether it stands at its place in the chain, and keep what it tells."""
        count = 0
        for line in self.box.lines(ENTRIES):
            entry, count = spelled(line, ENTRIES), count + 1
            seq = int(entry.pop("seq"))
            is_adoption = entry["kind"] == "adoption"
            content = entry.pop("content")
            rows = entry.pop("rows", None)
            hashed = digest(canonical(rows)) if is_adoption else digest(content)
            body = digest(canonical({**entry, "content": hashed}))
            if not 0 < seq < len(self.chain) or self.chain[seq][0] != body:
                self.wrong.append(f"Mục {seq} không khớp chuỗi của sổ cái.")
            elif is_adoption:
                self._adopted(seq, content, set(rows))
            else:
                place = (entry["table"], entry["row"], "" if entry["row"] else entry["key"])
                self._tell(place, seq, entry, spelled(content, f"Mục {seq}"))
        self.good.append(f"{count} mục kèm nội dung đúng chỗ trong sổ cái.")

    def _tell(self, place: Place, seq: int, entry: dict[str, Any], told: dict[str, Any]) -> None:
        """Keep what an entry tells of a row: of one without history the last, of others the one."""
        before = self.told.get(place)
        if entry["kind"] == "history":
            row = (told.get("history_type"), told.get("history_user_id"))
            if row != (entry["change"], entry["actor"]):
                self.wrong.append(f"Mục {seq} nêu người hoặc loại thay đổi khác dòng lịch sử.")
            if before is not None:
                self.wrong.append(f"Mục {seq} ghi lại một dòng lịch sử đã có mục.")
        elif before is not None:
            changed = sorted(n for n in set(before) & set(told) if before[n] != told[n])
            self.open.append(f"{place[0]}, khóa {place[2]}: mục {seq} đổi cột {changed}.")
        self.told[place] = told

    def _adopted(self, seq: int, content: dict[str, Any], hashes: set[str]) -> None:
        for table, rows in content.items():
            for key, row in rows.items():
                said = {"table": table, "key": key, "row": row}
                if digest(canonical(said)) not in hashes:
                    self.wrong.append(f"Mục {seq} không tiếp nhận dòng {key} của {table}.")
                if ("adopted", table, key) in self.told:
                    self.wrong.append(f"Mục {seq} tiếp nhận lại dòng {key} của {table}.")
                self.told[("adopted", table, key)] = row

    def tables(self) -> None:
        """Ask each row for its entry, and each record for its last history row."""
        proved = 0
        kinds = self.manifest["tables"]
        for table, about in kinds.items():
            rows = self._read_table(table)
            if about["kind"] in ("history", "row"):
                proved += len(rows)
                for key, row in rows.items():
                    is_row = about["kind"] == "row"
                    place = (table, "", key) if is_row else (about["of"], key, "")
                    self._proved(table, place, key, row)
            elif about["kind"] != "record" and rows:
                said = f"Bảng {table}: {len(rows)} dòng chỉ để tra cứu, sổ cái không ghi."
                self.open.append(said)
        for table in [name for name in kinds if kinds[name]["kind"] == "record"]:
            self._lives(table, kinds[table])
        files = {name for name in self.box.sums if name.startswith(TABLES)}
        if files - {f"{TABLES}{table}.jsonl" for table in kinds}:
            self.wrong.append("Có tệp trong bang/ không thuộc bảng nào mà mục lục nêu.")
        if set(self.told) - self.used:
            self.wrong.append("Có mục của sổ cái không có dòng tương ứng trong gói.")
        self.good.append(f"{proved} dòng hồ sơ, lịch sử đối chiếu với mục của sổ cái.")

    def _read_table(self, table: str) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for line in self.box.lines(f"{TABLES}{table}.jsonl"):
            said = spelled(line, table)
            if said["key"] in rows:
                self.wrong.append(f"{table}: khóa {said['key']} xuất hiện hai lần.")
            rows[said["key"]] = said["row"]
        self.rows[table] = rows
        return rows

    def _proved(self, table: str, place: Place, key: str, row: dict[str, Any]) -> None:
        adopted = ("adopted", table, key)
        found = [each for each in (place, adopted) if each in self.told]
        self.used.update(found)
        what = f"{table}, khóa {key}"
        if not found:
            self.wrong.append(f"{what}: không có mục nào của sổ cái ghi dòng này.")
            return
        if len(found) == 2 and place[1]:
            self.wrong.append(f"{what}: sổ cái ghi dòng lịch sử này hai lần.")
        self._equal(what, {name: short(value) for name, value in row.items()}, self.told[found[0]])

    def _equal(self, what: str, row: dict[str, Any], told: dict[str, Any]) -> None:
        for name in sorted(set(row) | set(told)):
            if name not in told or name not in row:
                self.open.append(f"{what}: cột {name} không có ở cả hai phía để đối chiếu.")
            elif row[name] != told[name]:
                self.wrong.append(f"{what}: cột {name} khác với điều sổ cái ghi.")

    def _lives(self, table: str, about: dict[str, Any]) -> None:
        """Compare each record with the last of its history rows."""
        last: dict[str, dict[str, Any]] = {}
        for _, row in sorted(self.rows[about["history"]].items(), key=lambda each: int(each[0])):
            last[row[about["key"]]] = row
        for key, row in self.rows[table].items():
            if key not in last:
                self.wrong.append(f"{table}, khóa {key}: không có dòng lịch sử nào.")
            for name, value in row.items():
                if key in last and last[key].get(name, value) != value:
                    self.wrong.append(f"{table}, khóa {key}: cột {name} khác lần ghi cuối.")
        for key in sorted(set(last) - set(self.rows[table])):
            self.wrong.append(f"{table}, khóa {key}: có lịch sử mà không còn bản ghi.")

    def checkpoints(self) -> None:
        """Ask each checkpoint for its signature, and whether its head is in the chain."""
        newest, unknown, held = 0, 0, 0
        for name in sorted(self.box.sums):
            if not name.startswith(CHECKPOINTS):
                continue
            said = json.loads(self.box.read(name))
            signature, seq = said.pop("signature"), int(said["seq"])
            statement = canonical({k: v if v is None else str(v) for k, v in said.items()})
            if not 0 < seq < len(self.chain) or self.chain[seq][1] != said["sha256"]:
                self.wrong.append(f"Điểm kiểm chứng tại mục {seq} không nằm trong sổ cái này.")
            key = self.trusted.get(said["key"]) or self.keys.get(said["key"])
            if key is None:
                unknown += 1
            elif not is_signed(key, signature, statement):
                self.wrong.append(f"Chữ ký của điểm kiểm chứng tại mục {seq} không đúng.")
            else:
                held, newest = held + 1, max(newest, seq)
        if unknown:
            self.open.append(f"{unknown} điểm kiểm chứng ký bằng khóa không có ở đây.")
        if held:
            self.good.append(f"{held} điểm kiểm chứng được ký; mới nhất tại mục {newest}.")
        rest = len(self.chain) - 1 - newest
        if rest:
            self.open.append(f"{rest} mục sau cùng của sổ cái chưa có điểm kiểm chứng nào bao phủ.")

    def files(self) -> None:
        """Ask whether the bytes of each file are those that its row names, and none is spare."""
        kept = [name for name in self.box.sums if name.startswith(FILES)]
        names = {name[len(FILES) :].partition(".")[0]: name for name in kept}
        for row in self.rows.get("records_storedfile", {}).values():
            name = names.pop(row["sha256"], "")
            if not name:
                self.wrong.append(f"Thiếu tệp {row['label']} ({row['sha256'][:16]}…).")
            elif (
                self.box.sums[name] != row["sha256"] or str(self.box.places[name][1]) != row["size"]
            ):
                self.wrong.append(f"{name} không phải tệp {row['label']} đã lưu.")
        self.wrong += [f"Không bản ghi nào nêu {name}." for name in names.values()]
        self.good.append(f"{len(kept)} tệp đính kèm đối chiếu với mã băm đã ghi.")

    def signatures(self) -> None:
        """Ask what was signed: of a procedure's edition, exactly the content with that hash."""
        versions = self.rows.get("procedures_procedureversion", {})
        history = self.rows.get("procedures_historicalprocedureversion", {}).values()
        said = {(row["id"], row["content_sha256"]) for row in history}
        for row in [*versions.values(), *history]:
            if digest(row["content"]) != row["content_sha256"]:
                self.wrong.append(f"Nội dung phiên bản {row['id']} không đúng mã băm của nó.")
        checked = other = 0
        for key, row in self.rows.get("records_signature", {}).items():
            on = self.manifest["content_types"].get(row["content_type_id"])
            if on != "procedures_procedureversion":
                other += 1
            elif (row["object_id"], row["sha256"]) in said:
                checked += 1
            else:
                self.wrong.append(f"Chữ ký {key} không ký nội dung nào của phiên bản trong gói.")
        for row in self.rows.get("procedures_acknowledgement", {}).values():
            if (row["version_id"], row["content_sha256"]) not in said:
                self.wrong.append(f"Xác nhận đã đọc {row['id']} nêu nội dung khác.")
        if checked:
            self.good.append(f"{checked} chữ ký trên phiên bản đúng nội dung đã ký.")
        if other:
            what = f"{other} chữ ký trên hồ sơ khác: mã băm đã ký nằm trong sổ cái, "
            self.open.append(f"{what}cách tính nó không kiểm lại ở đây.")


def run(box: Container, options: argparse.Namespace) -> Check:
    """Check all; what makes the rest meaningless raises Refused."""
    try:
        trusted = dict(key_of(Path(each).read_bytes()) for each in options.public_key)
    except ValueError:
        raise Refused("Tệp --public-key không phải khóa công khai Ed25519 dạng PEM.") from None
    check = Check(box, trusted)
    check.signature(allow_unsigned=options.allow_unsigned)
    check.links()
    check.entries()
    check.tables()
    check.checkpoints()
    check.files()
    check.signatures()
    check.open.append("Gói có đủ mọi hồ sơ liên quan hay không: gói chỉ chứng minh điều nó chứa.")
    return check


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Kiểm tra gói chứng cứ.")
    parser.add_argument("package", metavar="GOI.zip")
    parser.add_argument(
        "--public-key", action="append", default=[], help="khóa công khai lấy từ nguồn khác (PEM)"
    )
    parser.add_argument("--allow-unsigned", action="store_true", help="chấp nhận gói không ký")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8")
    try:
        with Path(options.package).open("rb") as file:
            check = run(Container(file), options)
    except Refused as refusal:
        return _tell([], [str(refusal)], [])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return _tell([], [f"Không đọc được gói: {type(error).__name__}: {error}."], [])
    subject = check.manifest["subject"]
    lines = [f"Gói: {subject['title']}", f"Lập lúc: {check.manifest['made_at']}", *check.good]
    return _tell(lines, check.wrong, check.open)


def _tell(good: list[str], wrong: list[str], unproved: list[str]) -> int:
    out = [*good, ""] if good else []
    if unproved:
        out += ["Không kiểm được:", *(f"  - {line}" for line in dict.fromkeys(unproved)), ""]
    if wrong:
        out += ["Sai:", *(f"  - {line}" for line in wrong), ""]
    verdict = "GÓI KHÔNG ĐẠT, đừng dựa vào nó." if wrong else "GÓI NGUYÊN VẸN."
    sys.stdout.write("\n".join([*out, f"KẾT LUẬN: {verdict}", ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
