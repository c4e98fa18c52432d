"""An example server with a tool that fetches pages."""
