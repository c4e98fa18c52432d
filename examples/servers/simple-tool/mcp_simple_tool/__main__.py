"""`python -m mcp_simple_tool`."""

import sys

from .server import main

sys.exit(main())
