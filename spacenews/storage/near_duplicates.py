"""The index of signatures by which an article finds older ones that say nearly the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from spacenews.extraction import near_duplicates as near
from spacenews.items import Article
from spacenews.storage.tables import signature_bands, signatures

CANDIDATES = 20  # articles that are compared: those that share the most bands
IN_BAND = 50  # articles that are indexed under one band: a band that many share is boilerplate

SHARING = sa.select(signature_bands.c.band, signature_bands.c.id).where(
    signature_bands.c.band.in_(sa.bindparam("bands", expanding=True))
)
OLDER_SIGNATURES = sa.select(signatures.c.id, signatures.c.signature).where(
    signatures.c.id.in_(sa.bindparam("ids", expanding=True)), signatures.c.dated <= sa.bindparam("dated")
)


def link(connection: sa.Connection, article: Article) -> None:
    """Set `near_duplicate_of` of an article to the older one that it resembles most, and index it for later ones."""
    signature, dated = near.signature(article.text), article.published_at or article.first_seen_at
    if article.version > 1:
        unindex(connection, article.id)
    filed = _filed(connection, signature)
    sharing = [article_id for article_id, _ in Counter(row.id for row in filed).most_common(CANDIDATES)]
    rows = connection.execute(OLDER_SIGNATURES, {"ids": sharing, "dated": dated}) if sharing else ()
    alike = {row.id: near.similarity(signature, row.signature) for row in rows}
    best = max(alike, key=lambda article_id: alike[article_id], default=None)
    article.near_duplicate_of = best if best is not None and alike[best] >= near.ALIKE else None
    _save(connection, article.id, signature, dated, filed)


def index(connection: sa.Connection, article_id: str, text: str, dated: str) -> None:
    """Have later articles find *text* for an article, in place of what they found for it."""
    unindex(connection, article_id)
    signature = near.signature(text)
    _save(connection, article_id, signature, dated, _filed(connection, signature))


def unindex(connection: sa.Connection, article_id: str) -> None:
    """Remove an article from the index."""
    for table in (signatures, signature_bands):
        connection.execute(sa.delete(table).where(table.c.id == article_id))


def _filed(connection: sa.Connection, signature: bytes) -> Sequence[Any]:
    """Return the rows of all bands of a signature."""
    bands = near.bands(signature)
    return connection.execute(SHARING, {"bands": bands}).all() if bands else ()


def _save(connection: sa.Connection, article_id: str, signature: bytes, dated: str, filed: Sequence[Any]) -> None:
    if not signature:
        return
    connection.execute(sa.insert(signatures), {"id": article_id, "signature": signature, "dated": dated})
    sizes = Counter(row.band for row in filed)
    open_bands = [{"band": band, "id": article_id} for band in near.bands(signature) if sizes[band] < IN_BAND]
    if open_bands:
        connection.execute(sa.insert(signature_bands), open_bands)
