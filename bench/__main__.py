"""`make bench`: pages, grading, a large bank, long papers, a thousand sitters, a server that is killed; `python -m bench grading` for one."""

import sys

from bench import bank, durability, grading, growth, pages, sitters

BENCHES = {
    "pages": pages.main,
    "grading": grading.main,
    "bank": bank.main,
    "growth": growth.main,
    "sitters": sitters.main,
    "durability": durability.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        print(f"— {name}")
        BENCHES[name]()
