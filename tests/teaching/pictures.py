"""Pictures as cameras, phones and attackers make them."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    grey = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(grey)


def diagram(width: int = 300, height: int = 200) -> Image.Image:
    made = Image.new("RGB", (width, height), "white")
    made.paste("red", (10, 10, width // 2, height // 2))
    return made


def written(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
