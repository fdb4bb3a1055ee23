"""The published copy of a picture: what is seen stays, everything else goes."""

import io
import struct
import zlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageCms, PngImagePlugin

from qms.records import files
from qms.records.pictures import kind_of_copy, published_copy
from tests.pictures import GPS, encoded, exif, halves, noise, opened

SECRETS = (
    b"Exif",
    b"GPS",
    b"bi mat",
    b"ICC_PROFILE",
    b"iCCP",
    b"tEXt",
    b"eXIf",
    b"http://ns.adobe",
)
NO_PICTURE = "không phải là ảnh"
BROKEN = "bị hỏng hoặc thiếu dữ liệu"
TOO_LARGE = "trên 50 triệu điểm ảnh"


def _profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _photo(**options: Any) -> bytes:
    told = {"exif": exif(), "icc_profile": _profile(), "comment": b"bi mat"} | options
    return encoded(halves(), "JPEG", xmp=b"http://ns.adobe bi mat", **told)


def _is_red(pixel: Any) -> bool:
    return bool(pixel[0] > 200 and pixel[2] < 60)


def test_place_device_comment_and_profile_of_a_photo_are_gone() -> None:
    photo = _photo()
    assert opened(photo).getexif().get_ifd(GPS)
    assert b"bi mat" in photo

    copy = published_copy(photo)

    assert [secret for secret in SECRETS if secret in copy] == []
    assert dict(opened(copy).getexif()) == {}
    assert set(opened(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert opened(copy).size == (60, 40)


def test_text_and_profile_of_a_png_are_gone() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "bi mat")
    told.add_itxt("XML:com.adobe.xmp", "http://ns.adobe bi mat")
    png = encoded(halves(), "PNG", pnginfo=told, exif=exif(), icc_profile=_profile())

    copy = published_copy(png)

    assert [secret for secret in SECRETS if secret in copy] == []
    assert (kind_of_copy(copy), opened(copy).info) == ("png", {})
    assert opened(copy).tobytes() == halves().tobytes()


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (60, 40), (5, 20)),
        (2, (60, 40), (55, 20)),
        (3, (60, 40), (55, 20)),
        (4, (60, 40), (5, 20)),
        (5, (40, 60), (20, 5)),
        (6, (40, 60), (20, 5)),
        (7, (40, 60), (20, 55)),
        (8, (40, 60), (20, 55)),
    ],
)
def test_photo_stands_upright_however_the_phone_was_held(
    orientation: int, size: tuple[int, int], red: tuple[int, int]
) -> None:
    copy = opened(published_copy(_photo(exif=exif(orientation))))

    assert copy.size == size
    assert _is_red(copy.getpixel(red))


@pytest.mark.parametrize(
    ("size", "longest", "smaller"),
    [
        ((4000, 3000), 2000, (2000, 1500)),
        ((600, 3000), 2000, (400, 2000)),
        ((1999, 10), 2000, (1999, 10)),
        ((900, 300), 300, (300, 100)),
    ],
)
def test_large_photo_is_made_smaller_and_none_larger(
    size: tuple[int, int], longest: int, smaller: tuple[int, int]
) -> None:
    assert opened(published_copy(encoded(halves(*size)), longest=longest)).size == smaller


def test_same_photo_gives_the_same_bytes() -> None:
    assert published_copy(_photo()) == published_copy(_photo())


@pytest.mark.parametrize(
    ("image", "kind", "becomes"),
    [
        (halves(), "JPEG", "jpg"),
        (halves(mode="L"), "JPEG", "jpg"),
        (halves(mode="CMYK"), "JPEG", "jpg"),
        (halves(), "PNG", "png"),
        (halves(mode="1"), "PNG", "png"),
        (halves(mode="L"), "PNG", "png"),
        (halves().convert("P"), "PNG", "png"),
        (halves().convert("RGBA"), "PNG", "png"),
        (Image.new("I;16", (9, 9), 65535), "PNG", "png"),
        (Image.new("LA", (9, 9), (9, 9)), "PNG", "png"),
        (noise(700, 700), "PNG", "jpg"),
        (halves(), "WEBP", "jpg"),
        (Image.new("RGBA", (9, 9), (255, 0, 0, 99)), "WEBP", "png"),
    ],
    ids=lambda value: getattr(value, "mode", value),
)
def test_every_kind_of_picture_is_drawn_anew(image: Image.Image, kind: str, becomes: str) -> None:
    copy = published_copy(encoded(image, kind))

    assert kind_of_copy(copy) == becomes
    assert files.kind_of(copy, f"anh.{becomes}", allowed=files.PHOTOS) == becomes
    assert (opened(copy).size, opened(copy).mode[:3]) == (image.size, "RGB")


def test_white_of_16_bits_stays_white_and_what_is_clear_stays_clear() -> None:
    white = opened(published_copy(encoded(Image.new("I;16", (9, 9), 65535), "PNG")))
    pen = Image.new("P", (9, 9), 0)
    pen.putpalette([0, 0, 0, 255, 255, 255])
    clear = opened(published_copy(encoded(pen, "PNG", transparency=0)))

    assert white.getpixel((4, 4)) == (255, 255, 255)
    assert clear.getpixel((4, 4)) == (0, 0, 0, 0)


def test_moving_picture_stands_still() -> None:
    frames = [halves(), Image.new("RGB", (60, 40), "green")]
    moving = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    assert _is_red(opened(published_copy(moving)).getpixel((5, 20)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"chu",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7\n",
        b"GIF89a" + b"\x00" * 40,
        encoded(halves(), "BMP"),
        encoded(halves(), "TIFF"),
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 64,
        b"\xff\xd8\xff\xe0" + b"\x00" * 64,
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
    ids=["empty", "text", "svg", "pdf", "gif", "bmp", "tiff", "png", "jpeg", "webp"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValidationError, match=NO_PICTURE):
        published_copy(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_picture_of_which_a_part_is_missing_is_refused(kind: str, share: float) -> None:
    whole = encoded(noise(80, 80), kind)

    with pytest.raises(ValidationError, match=f"{BROKEN}|{NO_PICTURE}"):
        published_copy(whole[: int(len(whole) * share)])


def test_damaged_picture_is_refused() -> None:
    png = bytearray(encoded(noise(80, 80), "PNG"))
    png[len(png) // 2] ^= 0xFF

    with pytest.raises(ValidationError, match=BROKEN):
        published_copy(bytes(png))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize("side", [7072, 10_000, 20_000, 2**31 - 1])
def test_bomb_is_refused_before_it_is_unpacked(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "thumbnail", lambda *_: pytest.fail("unpacked"))
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1_000_000)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")
    )

    with pytest.raises(ValidationError, match=TOO_LARGE):
        published_copy(bomb)


def test_text_that_unpacks_to_much_is_refused() -> None:
    much = b"zTXt", b"a\x00\x00" + zlib.compress(b"a" * 5_000_000)
    png = encoded(halves(), "PNG")
    end = 8 + 25  # the signature and the head
    bomb = png[:end] + _chunk(*much) + png[end:]

    with pytest.raises(ValidationError, match=f"{BROKEN}|{NO_PICTURE}"):
        published_copy(bomb)


def test_script_behind_a_picture_does_not_come_along() -> None:
    assert b"<script>" not in published_copy(_photo() + b"<script>alert(1)</script>")


def test_picture_of_two_like_those_of_some_phones_is_taken() -> None:
    out = io.BytesIO()
    halves().save(out, "MPO", save_all=True, append_images=[halves()])

    assert opened(published_copy(out.getvalue())).format == "JPEG"


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.JPEG"), ("PNG", "a.png"), ("WEBP", "a.webp")]
)
def test_photos_are_taken_by_ending_and_bytes(kind: str, name: str) -> None:
    ending = {"JPEG": "jpg"}.get(kind, kind.casefold())

    assert files.kind_of(encoded(halves(), kind), name, allowed=files.PHOTOS) == ending
    with pytest.raises(ValidationError, match="không đúng là"):
        files.kind_of(b"%PDF-1.7\n", name, allowed=files.PHOTOS)
