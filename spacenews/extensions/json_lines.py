"""What Scrapy's own feed exports (-o, -O, FEEDS) write as JSON Lines."""

from __future__ import annotations

from typing import Any

from scrapy.exporters import JsonLinesItemExporter

from spacenews.schema import one_line


class JsonLinesExporter(JsonLinesItemExporter):
    """Writes each item as one line for every reader, as articles.jsonl has it."""

    def export_item(self, item: Any) -> None:
        """Write an item; a lone surrogate, which no encoding can hold, becomes a question mark."""
        line = self.encoder.encode(dict(self.get_serialized_fields(item)))
        self.file.write(f"{one_line(line)}\n".encode(self.encoding or "utf-8", "replace"))
