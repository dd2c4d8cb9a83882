from __future__ import annotations

import sys
from pathlib import Path

# The generator is a package of its own, shared by the test and by nothing else.
sys.path.insert(0, str(Path(__file__).parent))
