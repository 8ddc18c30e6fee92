"""An object store as the place of the output: S3, Google Cloud Storage, Azure Blob Storage, by obstore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from spacenews.config import OUTPUT_SETTING
from spacenews.errors import OutputError, UsageError

TIMEOUT = timedelta(seconds=30)  # of one request
RETRIES = 5
RETRYING = timedelta(seconds=60)  # all of them together


class ObjectStore:
    """The objects below an address; credentials and endpoint are those of the environment (AWS_…, GOOGLE_…, AZURE_…).

    Every method raises OutputError where the store cannot be used. An object is whole or not there.
    """

    def __init__(self, address: str) -> None:
        from obstore.exceptions import BaseError  # noqa: PLC0415 - an extra, which config.py has looked for
        from obstore.store import from_url  # noqa: PLC0415

        self.address = address
        try:
            self._store = from_url(
                address,
                client_options={"timeout": TIMEOUT, "allow_http": True},  # whoever names such an endpoint means it
                retry_config={"max_retries": RETRIES, "retry_timeout": RETRYING},
            )
        except (BaseError, ValueError) as error:
            raise UsageError(f"{OUTPUT_SETTING}={address}: {_line(error)}") from error

    def check(self) -> None:
        """Raise OutputError if the bucket is missing, or is not ours to read."""
        import obstore  # noqa: PLC0415

        with self._told():
            obstore.list_with_delimiter(self._store)

    def add(self, name: str, data: bytes | Path) -> None:
        """Store an object under a name; one that is there already stays as it is."""
        import obstore  # noqa: PLC0415

        with self._told():
            try:
                obstore.put(self._store, name, data, mode="create")
            except obstore.exceptions.AlreadyExistsError:
                return

    def has(self, name: str) -> bool:
        """Tell whether there is an object of a name."""
        import obstore  # noqa: PLC0415

        with self._told():
            try:
                obstore.head(self._store, name)
            except FileNotFoundError:
                return False
        return True

    def get(self, name: str) -> bytes:
        """Return an object."""
        import obstore  # noqa: PLC0415

        with self._told():
            return obstore.get(self._store, name).bytes().to_bytes()

    @contextmanager
    def _told(self) -> Iterator[None]:
        from obstore.exceptions import BaseError  # noqa: PLC0415

        try:
            yield
        except (BaseError, OSError) as error:
            raise OutputError(f"{OUTPUT_SETTING}: {self.address} cannot be used: {_line(error)}") from error


def _line(error: BaseException) -> str:
    """Return the first sentence of what obstore says, which goes on with its source code's view of the error."""
    return " ".join(str(error).split("\n\nDebug source:")[0].split())
