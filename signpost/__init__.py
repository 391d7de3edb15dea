"""The command line, the settings, and the one place where the parts are wired together."""

import os

# numpy's products here are small: shared out over threads they take twenty times as long as on one (make bench).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
