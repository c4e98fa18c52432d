"""What all tests share: the plugin that watches over skips."""

pytest_plugins = ["support.strict"]
