"""`python -m mcp_simple_prompt`."""

import sys

from .server import main

sys.exit(main())
