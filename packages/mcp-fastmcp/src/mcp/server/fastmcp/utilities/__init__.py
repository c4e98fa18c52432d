"""What FastMCP's parts share: media helpers, logging, function metadata."""
