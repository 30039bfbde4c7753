"""`make bench`: pages and grading, as ratios within one run; `python -m bench grading` for one of them."""

import sys

from bench import grading, pages

BENCHES = {"pages": pages.main, "grading": grading.main}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        print(f"— {name}")
        BENCHES[name]()
