"""The thirteen points of Thông tư 26/2014/TT-BKHCN, Điều 36, as questions for a self-check.

Worded from the summary of the article that the office works with, not quoted from it.
"""

from dataclasses import dataclass

SOURCE = "Thông tư 26/2014/TT-BKHCN, Điều 36"


@dataclass(frozen=True)
class LawPoint:
    """One point of the article; `key` stays, so that it is asked once in an audit."""

    key: str
    text: str
    question: str
    expects: str = ""


def _point(number: int, text: str, question: str, expects: str = "") -> LawPoint:
    return LawPoint(f"tt26-{number:02d}", text, question, expects)


LAW_POINTS: tuple[LawPoint, ...] = (
    _point(
        1,
        "Phạm vi áp dụng bao gồm toàn bộ hoạt động liên quan đến giải quyết TTHC thuộc thẩm quyền.",
        "Phạm vi hệ thống có bao gồm toàn bộ hoạt động liên quan đến giải quyết TTHC thuộc thẩm "
        "quyền của cơ quan không?",
        "Danh mục TTHC, danh mục quy trình, tỷ lệ áp dụng",
    ),
    _point(
        2,
        "Phổ biến, hướng dẫn tài liệu, quy trình cho mọi người trong phạm vi áp dụng.",
        "Tài liệu, quy trình đã được phổ biến, hướng dẫn đến mọi công chức, viên chức trong phạm "
        "vi áp dụng chưa?",
        "Danh sách đã đọc, biên bản phổ biến, tập huấn",
    ),
    _point(
        3,
        "Tuân thủ yêu cầu của tiêu chuẩn, chính sách, mục tiêu, quy trình và quy định pháp luật.",
        "Cơ quan có tuân thủ các yêu cầu của tiêu chuẩn, chính sách, mục tiêu, quy trình và quy "
        "định pháp luật liên quan không?",
    ),
    _point(
        4,
        "Thực hiện trên thực tế các quá trình đã xác định trong hệ thống.",
        "Các quá trình đã xác định trong hệ thống có được thực hiện trên thực tế không?",
        "Hồ sơ giải quyết công việc lấy mẫu",
    ),
    _point(
        5,
        "Xem xét của lãnh đạo, đánh giá nội bộ, khắc phục sự không phù hợp.",
        "Xem xét của lãnh đạo, đánh giá nội bộ và khắc phục sự không phù hợp được thực hiện thế "
        "nào?",
        "Biên bản xem xét của lãnh đạo, báo cáo đánh giá nội bộ, phiếu KPH",
    ),
    _point(
        6,
        "Giải quyết khiếu nại trong lĩnh vực thuộc phạm vi hệ thống.",
        "Khiếu nại, phản ánh trong lĩnh vực thuộc phạm vi hệ thống được giải quyết thế nào?",
        "Sổ theo dõi, văn bản trả lời",
    ),
    _point(
        7,
        "Hoạt động cải tiến.",
        "Cơ quan đã có hoạt động cải tiến nào từ lần kiểm tra trước?",
    ),
    _point(
        8,
        "Sự tham gia của lãnh đạo, các đơn vị và cá nhân.",
        "Lãnh đạo, các đơn vị và cá nhân tham gia xây dựng, áp dụng hệ thống thế nào?",
    ),
    _point(
        9,
        "Người đứng đầu xác nhận hiệu lực của hệ thống.",
        "Người đứng đầu đã xác nhận hiệu lực của hệ thống chưa?",
        "Văn bản xác nhận hiệu lực",
    ),
    _point(
        10,
        "Công bố hệ thống; thông báo cho đơn vị chủ trì; niêm yết tại trụ sở; đăng trên trang "
        "thông tin điện tử.",
        "Bản công bố HTQLCL đã được gửi đơn vị chủ trì, niêm yết tại trụ sở và đăng trên trang "
        "thông tin điện tử chưa?",
        "Bản công bố HTQLCL, công văn gửi, nơi niêm yết, đường dẫn",
    ),
    _point(
        11,
        "Cập nhật các thay đổi của văn bản pháp luật vào hệ thống.",
        "Thay đổi của văn bản pháp luật có được cập nhật kịp thời vào hệ thống không?",
        "Danh sách quy trình phải cập nhật, ngày hiệu lực của văn bản",
    ),
    _point(
        12,
        "Công bố lại khi phạm vi áp dụng thay đổi.",
        "Khi phạm vi áp dụng thay đổi, cơ quan có công bố lại HTQLCL không?",
    ),
    _point(
        13,
        "Lựa chọn tổ chức tư vấn (nếu có).",
        "Nếu có thuê tư vấn, tổ chức, cá nhân tư vấn có được lựa chọn đúng quy định không?",
        "Hợp đồng, hồ sơ năng lực",
    ),
)
