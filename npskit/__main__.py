"""``python -m npskit``, for a machine whose PATH does not know the command."""

import sys

from npskit.cli import main

if __name__ == "__main__":
    sys.exit(main())
