"""`make bench`: pages, grading and a large bank, as ratios within one run; `python -m bench grading` for one of them."""

import sys

from bench import bank, durability, grading, pages

BENCHES = {
    "pages": pages.main,
    "grading": grading.main,
    "bank": bank.main,
    "durability": durability.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        print(f"— {name}")
        BENCHES[name]()
