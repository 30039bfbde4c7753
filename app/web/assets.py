"""Copy the pinned front-end packages to `static/vendor/`, the math font cut to what we show."""

import shutil
from pathlib import Path

from fontTools import subset

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# Latin, Greek, punctuation, arrows, operators, mathematical italics and bold, brackets that stretch
MATH_CHARACTERS = [
    (0x20, 0x7E), (0xA0, 0xFF), (0x302, 0x303), (0x391, 0x3C9), (0x2010, 0x2044), (0x2061, 0x2064),
    (0x2070, 0x208E), (0x210E, 0x210F), (0x2190, 0x2194), (0x2200, 0x2265), (0x2299, 0x22A5), (0x22C5, 0x22EF),
    (0x2308, 0x230B), (0x239B, 0x23AD), (0x27E8, 0x27E9), (0x1D400, 0x1D467), (0x1D6A8, 0x1D71B),
]  # fmt: skip


def build() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copy(PACKAGES / "htmx.org/dist/htmx.min.js", VENDOR / "htmx.min.js")
    cut_font(
        PACKAGES / "@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2",
        VENDOR / "stix-two-math.woff2",
    )


def cut_font(source: Path, target: Path) -> None:
    options = subset.Options(flavor="woff2", layout_features=["*"], notdef_outline=True)
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in MATH_CHARACTERS for code in range(first, last + 1)])
    cutter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    build()
