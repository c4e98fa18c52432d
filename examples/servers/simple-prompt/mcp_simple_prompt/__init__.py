"""An example server with one prompt."""
