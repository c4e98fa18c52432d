"""Stands for the driver of a real database in the examples: it knows one table, and who is connected."""

__all__ = ["Database"]

ROWS = {"users": ["Ada", "Grace", "Katherine"]}


class Database:
    """A connection; `connect` opens one."""

    def __init__(self) -> None:
        self.connected = True

    @classmethod
    async def connect(cls) -> "Database":
        """Open a connection."""
        return cls()

    async def disconnect(self) -> None:
        """Close the connection."""
        self.connected = False

    def query(self, table: str = "users") -> str:
        """Return the rows of a table, one a line; raises ConnectionError once the connection is closed."""
        if not self.connected:
            raise ConnectionError("the database connection is closed")
        return "\n".join(ROWS.get(table, []))
