"""Pictures that may be shown: drawn anew, so that nothing but what one sees is in them."""

import io

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

LONGEST = 2000  # pixels of the longer side: a page of A4 at 170 dots per inch
_MOST_PIXELS = 50_000_000
_QUALITY = 82
_SMALL = 500_000  # bytes up to which a drawing or a screenshot stays a PNG
_TAKEN = ("JPEG", "PNG", "WEBP")
_PNG = b"\x89PNG"


def published_copy(data: bytes, *, longest: int = LONGEST) -> bytes:
    """Return the picture as JPEG or PNG, upright, its longer side at most `longest` pixels.

    No place, time, device, comment or profile of the original is in it. What is transparent, or
    small as PNG, stays PNG. Raises ValidationError, one Vietnamese sentence, for what is no whole
    picture of a known kind or has more than 50 megapixels, which are not unpacked.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=_TAKEN)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:  # a broken head makes a decoder fail in any manner
        raise ValidationError("Tệp không phải là ảnh JPG, PNG hay WEBP đọc được.") from error
    with image:
        if image.width * image.height > _MOST_PIXELS:
            raise _too_large()
        try:
            return _drawn_anew(image, longest)
        except Exception as error:  # the same of a broken body
            raise ValidationError("Ảnh bị hỏng hoặc thiếu dữ liệu. Hãy chụp lại.") from error


def kind_of_copy(copy: bytes) -> str:
    """Return the kind, `jpg` or `png`, of what `published_copy()` gave."""
    return "png" if copy.startswith(_PNG) else "jpg"


def _too_large() -> ValidationError:
    return ValidationError("Ảnh quá lớn (trên 50 triệu điểm ảnh). Hãy thu nhỏ rồi tải lại.")


def _drawn_anew(image: Image.Image, longest: int) -> bytes:
    is_png = image.format == "PNG"
    drawn = image
    if drawn.mode.startswith("I"):  # 16 bits a point
        drawn = drawn.convert("I").point(lambda value: value / 256).convert("L")
    elif "P" in drawn.mode or "transparency" in drawn.info:
        drawn = drawn.convert("RGBA")
    drawn.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    drawn = ImageOps.exif_transpose(drawn)
    is_clear = drawn.has_transparency_data and drawn.getchannel("A").getextrema() != (255, 255)
    drawn = drawn.convert("RGBA" if is_clear else "RGB")
    drawn.info = {}
    if is_clear or is_png:
        copy = _saved(drawn, "PNG", optimize=True)
        if is_clear or len(copy) <= _SMALL:
            return copy
    return _saved(drawn, "JPEG", quality=_QUALITY, optimize=True)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
