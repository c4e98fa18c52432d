"""`python -m mcp_simple_resource`."""

import sys

from .server import main

sys.exit(main())
