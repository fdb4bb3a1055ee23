"""Pictures made for a test: none of them lies in a file."""

import io
from typing import Any

from PIL import Image, TiffImagePlugin

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def halves(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, (width, height), "red")
    image.paste("blue", (width // 2, 0, width, height))
    return image


def noise(width: int, height: int) -> Image.Image:
    """A picture that compresses as badly as a photo."""
    return Image.effect_noise((width, height), 120).convert("RGB")


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone writes: the way it was held, its maker, the place in Bắc Giang."""
    told = Image.Exif()
    told[ORIENTATION] = orientation
    told[MAKER] = "May anh bi mat"
    degrees = tuple(TiffImagePlugin.IFDRational(n) for n in (21, 16, 23))
    told.get_ifd(GPS).update({1: "N", 2: degrees, 3: "E", 4: degrees})
    return told


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
