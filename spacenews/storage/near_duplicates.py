"""The index of signatures by which an article finds older ones that say nearly the same."""

from __future__ import annotations

import sqlalchemy as sa

from spacenews.extraction import near_duplicates as near
from spacenews.items import Article
from spacenews.storage.tables import signature_bands, signatures

CANDIDATES = 20  # articles that are compared: those that share the most bands
IN_BAND = 50  # articles that are indexed under one band: a band that many share is boilerplate

BANDS = [f"band{number}" for number in range(near.BANDS)]  # a text has all of them, or none
_IN_BANDS = signature_bands.c.band.in_([sa.bindparam(name) for name in BANDS])
_SHARING = (
    sa.select(signature_bands.c.id)
    .where(_IN_BANDS)
    .group_by(signature_bands.c.id)
    .order_by(sa.func.count().desc(), signature_bands.c.id)
    .limit(CANDIDATES)
)
OLDER_SIGNATURES = (
    sa.select(signatures.c.id, signatures.c.signature)
    .where(signatures.c.id.in_(_SHARING), signatures.c.dated <= sa.bindparam("dated"))
    .order_by(signatures.c.id)
)
SIZES = (
    sa.select(signature_bands.c.band, sa.func.count().label("size")).where(_IN_BANDS).group_by(signature_bands.c.band)
)
SAVE_SIGNATURE = sa.insert(signatures)
SAVE_BANDS = sa.insert(signature_bands)


def link(connection: sa.Connection, article: Article) -> None:
    """Set `near_duplicate_of` of an article to the older one that it resembles most, and index it for later ones."""
    dated = article.published_at or article.first_seen_at
    signature = near.signature(article.text) if article.signature is None else article.signature
    if article.version > 1:
        unindex(connection, article.id)
    article.near_duplicate_of = None
    bands = _bands(signature)
    if bands:
        rows = connection.execute(OLDER_SIGNATURES, {**bands, "dated": dated})
        alike = {row.id: near.similarity(signature, row.signature) for row in rows}
        best = max(alike, key=lambda article_id: alike[article_id], default=None)
        article.near_duplicate_of = best if best is not None and alike[best] >= near.ALIKE else None
        _save(connection, article.id, signature, bands, dated)


def index(connection: sa.Connection, article_id: str, text: str, dated: str) -> None:
    """Have later articles find *text* for an article, in place of what they found for it."""
    unindex(connection, article_id)
    signature = near.signature(text)
    if signature:
        _save(connection, article_id, signature, _bands(signature), dated)


def unindex(connection: sa.Connection, article_id: str) -> None:
    """Remove an article from the index."""
    for table in (signatures, signature_bands):
        connection.execute(sa.delete(table).where(table.c.id == article_id))


def _save(connection: sa.Connection, article_id: str, signature: bytes, bands: dict[str, str], dated: str) -> None:
    connection.execute(SAVE_SIGNATURE, {"id": article_id, "signature": signature, "dated": dated})
    sizes = {row.band: row.size for row in connection.execute(SIZES, bands)}
    open_bands = [{"band": band, "id": article_id} for band in bands.values() if sizes.get(band, 0) < IN_BAND]
    if open_bands:
        connection.execute(SAVE_BANDS, open_bands)


def _bands(signature: bytes) -> dict[str, str]:
    """Return the bands of a signature by their names in statements."""
    return dict(zip(BANDS, near.bands(signature), strict=True)) if signature else {}
