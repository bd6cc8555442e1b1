"""`python main.py [TEXT | FILE]` opens the window; `trace`, `models`, `shots` and `selftest` work without one."""

import sys

from tutor.cli import main

if __name__ == "__main__":
    sys.exit(main())
