"""The index of a package for people: what is in it, how it is checked (Vietnamese, plain text)."""

from collections.abc import Mapping

from qms.records.evidence.gathering import Gathered
from qms.records.evidence.selecting import Selection

INDEX = "MUC-LUC.txt"
_KINDS = {
    "record": "bản ghi hiện tại",
    "history": "lịch sử từng lần ghi",
    "row": "dòng ghi thêm, không sửa",
    "derived": "bảng phụ, suy ra từ nội dung; sổ cái không ghi",
    "people": "mã, tên đăng nhập, họ tên của người được nêu",
}
_HOW = """\
CÁCH KIỂM TRA

1. Cần Python 3.9 trở lên và thư viện cryptography:  python -m pip install cryptography
2. Lấy verify_evidence.py từ gói này, hoặc tốt hơn từ nguồn khác mà bạn tin (bản phát hành của
   phần mềm, gói bạn đã kiểm tra trước đây), để ngoài gói rồi chạy:

       python verify_evidence.py GOI.zip --public-key KHOA.pem

   KHOA.pem là khóa công khai do cơ quan đưa bằng đường khác (trao tay, văn bản, điểm kiểm chứng đã
   nhận trước đây). Không có --public-key, chương trình chỉ biết gói còn nguyên vẹn, không biết ai
   làm ra; nó sẽ nói điều đó.
3. Dòng cuối là kết luận; mã thoát 0 là đạt, 1 là không đạt. Đổi một byte bất kỳ của tệp ZIP thì
   gói không đạt. Đừng giải nén rồi nén lại: hãy giữ nguyên tệp ZIP.

TRONG GÓI CÓ

  goi.json, goi.sig.json   mọi tệp của gói kèm SHA-256, và chữ ký số (Ed25519) trên đó
  bang/                    hồ sơ: mỗi bảng một tệp, mỗi dòng một bản ghi (JSON)
  so-cai/chuoi.txt         toàn bộ sổ cái: số mục, dạng thức, mã băm nội dung, mã băm mục
  so-cai/muc.jsonl         các mục của sổ cái ghi những hồ sơ trong gói, kèm nội dung
  diem-kiem-chung/, khoa/  các đầu sổ cái đã ký số, và khóa công khai
  tep/                     tệp đính kèm, tên là SHA-256 của tệp

Mục của hồ sơ khác chỉ có mã băm: chúng chứng minh vị trí trong chuỗi, không cho biết nội dung.
"""


def index_text(
    chosen: Selection, found: Gathered, listed: Mapping[str, str], checkpoints: int
) -> str:
    """Return the index: what the package is of, how it is checked, its tables and its files."""
    lines = [f"GÓI CHỨNG CỨ: {chosen.title}", ""]
    if chosen.agency:
        lines.append(f"Cơ quan: {chosen.agency}")
    if chosen.note:
        lines.append(f"Phạm vi: {chosen.note}")
    head = found.head
    lines.append(f"Sổ cái: {head.seq} mục, mục cuối {head.sha256}")
    lines.append(f"Điểm kiểm chứng: {checkpoints}. Thời điểm lập gói: xem goi.json (made_at).")
    lines += ["", _HOW, "CÁC BẢNG", ""]
    for table, about in sorted(found.tables.items()):
        if found.counts[table]:
            title = "" if about["kind"] == "derived" else f"{about['title']}: "
            what = f"{title}{found.counts[table]} dòng, {_KINDS[about['kind']]}"
            lines.append(f"  bang/{table}.jsonl\n      {what}")
    lines += ["", "CÁC TỆP ĐÍNH KÈM", ""]
    lines += [f"  {name}\n      {label}" for name, label in listed.items()] or ["  (không có)"]
    return "\n".join([*lines, ""])
