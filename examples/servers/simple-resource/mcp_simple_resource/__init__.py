"""An example server with three text resources."""
