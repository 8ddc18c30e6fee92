"""Every version of every article: staged by a run, then published or held in quarantine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from spacenews import urls
from spacenews.clock import now
from spacenews.items import Article, ArticleImage
from spacenews.reasons import Drop, Failure, ImageReason
from spacenews.schema import dumps, to_record
from spacenews.storage import near_duplicates
from spacenews.storage.addresses import MOVED_TO, Addresses
from spacenews.storage.database import Database, chunks
from spacenews.storage.images import Images
from spacenews.storage.record_upgrades import RECORD_FORMAT, in_present_format
from spacenews.storage.tables import State, addresses, articles, runs

NEWEST_VERSIONS = (
    sa.select(articles).where(articles.c.id == sa.bindparam("article_id")).order_by(articles.c.version.desc()).limit(2)
)
SAME_CONTENT = (
    sa.select(articles.c.id)
    .where(articles.c.content_hash == sa.bindparam("the_hash"), articles.c.id != sa.bindparam("the_id"))
    .limit(1)
)
GONE_STORY = (  # the addresses of a story, as the site counts them, that answered last that they are gone
    sa.select(articles.c.url)
    .join(addresses, sa.and_(addresses.c.spider == articles.c.spider, addresses.c.url == articles.c.url))
    .where(
        articles.c.spider == sa.bindparam("the_spider"),
        articles.c.post_id == sa.bindparam("the_post"),
        addresses.c.reason == Failure.GONE,
    )
)
PREDECESSORS = sa.union(MOVED_TO, GONE_STORY)

Outcome = Literal["new", "updated", "unchanged"]


@dataclass
class StagedArticle:
    """An article as saved, before it is published."""

    article: Article
    spider: str
    run_id: str
    failed_images: bool = False  # some failed for a transient reason
    is_young: bool = False  # so that images may still come
    record: dict[str, Any] | None = None  # as it was saved, unless it is unchanged


@dataclass(frozen=True)
class Change:
    """In what a version that is to be published differs from what was published."""

    article: str  # its id
    fields: frozenset[str]
    held_for: str | None = None  # of the fields, the one for which an earlier run held it back


@dataclass(frozen=True)
class Ending:
    """What became of an article's page."""

    gone_at: str | None = None  # when it was found to be gone for good
    moved_to: str | None = None  # id of the article in its place


class Articles:
    """The table of article versions; each method is one transaction."""

    def __init__(self, database: Database, addresses: Addresses, images: Images) -> None:
        self.database = database
        self.schedule = addresses.schedule
        self.addresses = addresses
        self.images = images

    def stage(self, articles_read: Sequence[StagedArticle]) -> list[Outcome]:
        """Save articles with their images and mark their addresses as read, all or nothing; decide their versions.

        What was saved and never published is replaced; what was published gets a successor if the content hash
        changed, or if an image that had failed has arrived or has other bytes.
        """
        with self.database.writing() as connection:
            self._take_turn(connection, articles_read)
            return [
                self._stage(connection, each, *self._versions(connection, each.article.id)) for each in articles_read
            ]

    def stage_archived(self, articles_read: Sequence[StagedArticle]) -> list[Outcome | Drop]:
        """Save articles of an archive like those that are crawled, all or nothing, unless they are known already.

        None replaces a version that was fetched later, or is one of its own at a second address.
        """
        with self.database.writing() as connection:
            self._take_turn(connection, articles_read)
            return [self._stage_archived(connection, each) for each in articles_read]

    def _stage_archived(self, connection: sa.Connection, staged: StagedArticle) -> Outcome | Drop:
        article = staged.article
        published, waiting = self._versions(connection, article.id)
        last = waiting or published
        is_same = last is not None and last.content_hash == article.content_hash
        if is_same and not _has_new_pictures(last, article):
            return "unchanged"
        if last is not None and _is_later(last, article.crawled_at):
            return Drop.OLDER
        if connection.scalar(SAME_CONTENT, {"the_hash": article.content_hash, "the_id": article.id}):
            return Drop.DUPLICATE
        return self._stage(connection, staged, published, waiting)

    def _take_turn(self, connection: sa.Connection, articles_read: Iterable[StagedArticle]) -> None:
        self.database.begin_write(connection)
        self.database.in_turn(connection, "articles")  # of all spiders: near duplicates and pictures may be shared
        for spider in sorted({staged.spider for staged in articles_read}):
            self.database.in_turn(connection, spider)

    def _stage(self, connection: sa.Connection, staged: StagedArticle, published: Any, waiting: Any) -> Outcome:
        article, moment = staged.article, now()
        self.images.save(connection, article.images, moment)
        failures = ((waiting or published).picture_failures if waiting or published else 0) + 1
        failures = failures if staged.failed_images else 0
        due_at = self.schedule.next_image_try(failures, moment, is_young=staged.is_young) if failures else None
        outcome: Outcome = "new" if published is None else "updated" if _differs(published, article) else "unchanged"
        if waiting is not None:
            self._delete(connection, waiting)
        if outcome == "unchanged":
            if waiting is not None:
                self._index_published(connection, article.id)
            self._save_image_retry(connection, published, due_at, failures)
        else:
            article.version = published.version + 1 if published is not None else 1
            article.first_seen_at = (published or waiting or article).first_seen_at
            near_duplicates.link(connection, article)
            suspect_field = waiting.suspect_field if waiting is not None else None
            self._save(connection, staged, due_at, failures, suspect_field)
        self._mark_read(connection, staged, moment, due_at, changed=outcome != "unchanged")
        self._end_predecessors(connection, staged)
        return outcome

    def save_reread(self, staged: StagedArticle) -> None:
        """Save that the page of an article was read and gave nothing new."""
        with self.database.writing() as connection:
            published, waiting = self._versions(connection, staged.article.id)
            self._mark_read(connection, staged, now(), (waiting or published).pictures_due_at, changed=False)

    def end(self, run_id: str, url: str, ending: Ending) -> bool:
        """Save that the page of an article is gone or has moved, and return whether that is news.

        A page that is gone has moved where another one has the site's number of its story. The record gets a further
        version that is otherwise as it was; what was never published has no end to tell.
        """
        with self.database.writing() as connection:
            self.database.in_turn(connection, "articles")
            return self._end(connection, run_id, self._versions(connection, urls.article_id(url)), ending)

    def _end(self, connection: sa.Connection, run_id: str, versions: tuple[Any, Any], ending: Ending) -> bool:
        published, waiting = versions
        if published is None:
            return False
        base = published if waiting is None or waiting.quarantined else waiting
        record = read_record(base)
        moved_to = ending.moved_to or self._successor(connection, published)
        if moved_to and not any(self._versions(connection, moved_to)):
            return False  # nobody has read it yet: who saves it does this
        if record["moved_to"] or (not moved_to and (record["gone_at"] or not ending.gone_at)):
            return False
        gone_at = None if moved_to else ending.gone_at
        record |= {"version": published.version + 1, "gone_at": gone_at, "moved_to": moved_to}
        row = {column.name: getattr(base, column.name) for column in articles.c} | {
            "version": record["version"],
            "record": dumps(record),
            "record_format": RECORD_FORMAT,
            "staged_in": run_id,
            "publisher": run_id,
            "published_in": None,
            "suspect_field": None,
            "pictures_due_at": None,
        }
        connection.execute(self.database.upsert(articles, tuple(row), tuple(row)), row)
        return True

    def _successor(self, connection: sa.Connection, row: Any) -> str | None:
        """Return the id of the living article that is the same story as the site counts them, at another address."""
        if not row.post_id:
            return None
        same = sa.and_(articles.c.spider == row.spider, articles.c.post_id == row.post_id, articles.c.id != row.id)
        found = connection.execute(sa.select(articles).where(same).order_by(articles.c.version.desc())).first()
        return found.id if found and not _has_ended(found) else None

    def _end_predecessors(self, connection: sa.Connection, staged: StagedArticle) -> None:
        """Say of the articles in whose place this one is where they went."""
        article = staged.article
        known = {"the_spider": staged.spider, "the_url": article.url, "the_post": article.source.post_id}
        moved = {urls.article_id(url) for url in connection.scalars(PREDECESSORS, known)}
        for article_id in moved - {article.id}:
            self._end(connection, staged.run_id, self._versions(connection, article_id), Ending(moved_to=article.id))

    def is_known(self, article_id: str, content_hash: str) -> bool:
        """Tell whether this very version is saved already and none of its images is due for a retry."""
        with self.database.engine.connect() as connection:
            published, waiting = self._versions(connection, article_id)
        last = waiting or published
        if last is None or last.quarantined or last.content_hash != content_hash or _has_ended(last):
            return False
        if _lacks_pictures(last):
            return False
        return last.pictures_due_at is None or last.pictures_due_at > now()

    def _versions(self, connection: sa.Connection, article_id: str) -> tuple[Any, Any]:
        """Return the newest published version, and the one that waits to be published."""
        rows = list(connection.execute(NEWEST_VERSIONS, {"article_id": article_id}))
        waiting = rows.pop(0) if rows and rows[0].published_in is None else None
        return (rows[0] if rows else None), waiting

    def _delete(self, connection: sa.Connection, row: Any) -> None:
        connection.execute(sa.delete(articles).where(articles.c.id == row.id, articles.c.version == row.version))
        near_duplicates.unindex(connection, row.id)

    def _index_published(self, connection: sa.Connection, article_id: str) -> None:
        """Have the near-duplicate index hold what was published of an article, not what waits or waited."""
        published, _ = self._versions(connection, article_id)
        if published is None:
            near_duplicates.unindex(connection, article_id)
        else:
            record = read_record(published)
            dated = record["published_at"] or record["first_seen_at"]
            near_duplicates.index(connection, article_id, record["text"], dated)

    def _save_image_retry(self, connection: sa.Connection, row: Any, due_at: str | None, failures: int) -> None:
        connection.execute(
            sa.update(articles)
            .where(articles.c.id == row.id, articles.c.version == row.version)
            .values(pictures_due_at=due_at, picture_failures=failures)
        )

    def _save(
        self,
        connection: sa.Connection,
        staged: StagedArticle,
        due_at: str | None,
        failures: int,
        suspect_field: str | None,
    ) -> None:
        article = staged.article
        staged.record = to_record(article)
        row = {
            "id": article.id,
            "version": article.version,
            "spider": staged.spider,
            "url": article.url,
            "news_site": article.news_site,
            "title": article.title,
            "published_at": article.published_at,
            "first_seen_at": article.first_seen_at,
            "crawled_at": article.crawled_at,
            "content_hash": article.content_hash,
            "record": dumps(staged.record),
            "record_format": RECORD_FORMAT,
            "staged_in": staged.run_id,
            "publisher": staged.run_id,
            "published_in": None,
            "quarantined": False,
            "pictures_due_at": due_at,
            "picture_failures": failures,
            "suspect_field": suspect_field,
            "post_id": article.source.post_id and article.source.post_id[:80],
        }
        connection.execute(self.database.upsert(articles, tuple(row), tuple(row)), row)

    def _mark_read(
        self,
        connection: sa.Connection,
        staged: StagedArticle,
        moment: str,
        images_due_at: str | None,
        *,
        changed: bool,
    ) -> None:
        """Save that an address was read; one whose images are to be retried is refetched whole, not conditionally."""
        article = staged.article
        if changed:
            check: dict[str, Any] = {
                "unchanged": 0,
                "next_fetch_at": self.schedule.next_check(article.published_at, moment),
            }
        else:
            check = self.addresses.unchanged(connection, staged.spider, article.url, moment, article.published_at)
        check["next_fetch_at"] = min(filter(None, (check["next_fetch_at"], images_due_at)), default=None)
        if article.requested_url != article.url:
            self.addresses.set(
                connection,
                staged.spider,
                article.requested_url,
                state=State.REDIRECTION,
                redirect_to=article.url,
                fetched_at=moment,
                next_fetch_at=None,
                status=article.source.status,
            )
        self.addresses.set(
            connection,
            staged.spider,
            article.url,
            state=State.FETCHED,
            published_at=article.published_at,
            fetched_at=moment,
            read_at=moment,
            status=article.source.status,
            reason=None,
            failures=0,
            gone_at=None,
            named_at=None,
            etag=None if images_due_at else article.source.etag,
            last_modified=None if images_due_at else article.source.last_modified,
            **check,
        )

    # Publishing

    def take_over(self, spider: str, run_id: str, dead: Sequence[str]) -> int:
        """Make *run_id* publish what runs that are over, or were killed (*dead*), saved and did not publish."""
        over = sa.select(runs.c.run_id).where(runs.c.spider == spider, runs.c.result.is_not(None))
        with self.database.writing() as connection:
            result = connection.execute(
                sa.update(articles)
                .where(
                    articles.c.spider == spider,
                    articles.c.published_in.is_(None),
                    sa.or_(articles.c.publisher.in_(over), articles.c.publisher.in_(dead)),
                )
                .values(publisher=run_id)
            )
        return int(result.rowcount)

    def of_run(self, spider: str, run_id: str) -> Iterator[tuple[str, int, str]]:
        """Yield id, version and record (present format) of what a run has published or is to, always in one order."""
        query = (
            sa.select(articles.c.id, articles.c.version, articles.c.record, articles.c.record_format)
            .where(sa.or_(_published(spider, run_id), _to_publish(spider, run_id)))
            .order_by(articles.c.crawled_at, articles.c.id)
        )
        for row in self.database.stream(query):
            yield row.id, row.version, in_present_format(row.record, row.record_format)

    def has_published(self, spider: str, run_id: str) -> bool:
        """Tell whether *run_id* has published anything."""
        query = sa.select(articles.c.id).where(_published(spider, run_id)).limit(1)
        with self.database.engine.connect() as connection:
            return connection.execute(query).first() is not None

    def mark_published(self, run_id: str, versions: Sequence[tuple[str, int]]) -> None:
        """Save that *run_id* published these (id, version) pairs."""
        rows = [{"the_id": article_id, "the_version": version} for article_id, version in versions]
        if not rows:
            return
        statement = (
            sa.update(articles)
            .where(
                articles.c.id == sa.bindparam("the_id"),
                articles.c.version == sa.bindparam("the_version"),
                articles.c.published_in.is_(None),
            )
            .values(
                published_in=run_id,
                quarantined=False,
                suspect_field=sa.case((articles.c.version == 1, articles.c.suspect_field)),
            )
        )
        with self.database.writing() as connection:
            connection.execute(statement, rows)

    def changes(self, spider: str, run_id: str) -> list[Change]:
        """Return in what the versions that *run_id* is to publish differ from what was published.

        A field that was suspect when the published version was read is not news: it is set right.
        """
        query = sa.select(articles).where(_to_publish(spider, run_id), articles.c.version > 1)
        found = []
        with self.database.engine.connect() as connection:
            for row in self.database.stream(query):
                published, _ = self._versions(connection, row.id)
                if published is not None:
                    fields = _changed_fields(published, row) - {published.suspect_field}
                    held_for = row.suspect_field if row.suspect_field in fields else None
                    found.append(Change(row.id, fields, held_for))
        return found

    def hold(self, spider: str, run_id: str, alike: Mapping[str, Sequence[str]]) -> None:
        """Keep versions that *run_id* is to publish from being published, and have the next run read them again.

        *alike* holds, by the field in which most articles differ, the ids of those that do. Articles that are new are
        published all the same; what is read of them next is taken for no change of that field.
        """
        with self.database.writing() as connection:
            for name, ids in alike.items():
                for part in chunks(list(ids)):
                    held = sa.and_(_to_publish(spider, run_id), articles.c.id.in_(part))
                    pages = list(connection.scalars(sa.select(articles.c.url).where(held)))
                    self.addresses.refetch(connection, spider, pages)
                    connection.execute(sa.update(articles).where(held).values(quarantined=True, suspect_field=name))
                for article_id in ids:
                    self._index_published(connection, article_id)
                new = sa.and_(_to_publish(spider, run_id), articles.c.version == 1)
                self.addresses.forget_validators(
                    connection, spider, connection.scalars(sa.select(articles.c.url).where(new))
                )
                connection.execute(sa.update(articles).where(new).values(suspect_field=name))

    def held(self, spider: str) -> dict[str, int]:
        """Return, by the field in which they differ, how many versions are held back."""
        held = sa.and_(articles.c.spider == spider, articles.c.quarantined, articles.c.suspect_field.is_not(None))
        query = sa.select(articles.c.suspect_field, sa.func.count()).where(held).group_by(articles.c.suspect_field)
        with self.database.engine.connect() as connection:
            return {row.suspect_field: row[1] for row in connection.execute(query)}

    def quarantine(self, spider: str, run_id: str, started_at: str) -> int:
        """Keep what *run_id* saved from being published and make due what it misread; return how many it saved."""
        mine = sa.and_(articles.c.spider == spider, articles.c.staged_in == run_id, articles.c.published_in.is_(None))
        with self.database.writing() as connection:
            staged = connection.execute(sa.select(articles.c.id, articles.c.url).where(mine)).all()
            connection.execute(sa.update(articles).where(mine).values(quarantined=True))
            for row in staged:
                self._index_published(connection, row.id)
            self.addresses.refetch(connection, spider, [row.url for row in staged])
            self.addresses.refetch_misread(connection, spider, started_at)
        return len(staged)


def read_record(row: Any) -> dict[str, Any]:
    """Return the record of a row of the table in the present format."""
    record: dict[str, Any] = json.loads(in_present_format(row.record, row.record_format))
    return record


def _to_publish(spider: str, run_id: str) -> sa.ColumnElement[bool]:
    """Return the condition for the versions that a run is to publish."""
    return sa.and_(
        articles.c.spider == spider,
        articles.c.publisher == run_id,
        articles.c.published_in.is_(None),
        sa.not_(articles.c.quarantined),
    )


def _published(spider: str, run_id: str) -> sa.ColumnElement[bool]:
    """Return the condition for the versions that a run has published."""
    return sa.and_(articles.c.spider == spider, articles.c.published_in == run_id)


def _changed_fields(published: Any, row: Any) -> frozenset[str]:
    """Return the fields of which the content hash is made that differ from what was published."""
    before, after = _seen(read_record(published)), _seen(read_record(row))
    return frozenset(name for name in before if before[name] != after[name])


def _seen(record: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: record[name] for name in ("title", "summary", "text")},
        "authors": [author["name"] for author in record["authors"]],
        "images": [[image["caption"], image["credit"]] for image in record["images"]],
    }


def _has_ended(row: Any) -> bool:
    """Tell whether a version says that its page is gone or has moved."""
    record = read_record(row)
    return bool(record["gone_at"] or record["moved_to"])


def _is_later(row: Any, moment: str) -> bool:
    """Tell whether a version, or what it says of the end of its page, is of a time after *moment*."""
    record = read_record(row)
    return bool(record["moved_to"]) or max(row.crawled_at, record["gone_at"] or "") > moment


def _lacks_pictures(row: Any) -> bool:
    """Tell whether a version was read from an archive that has not all of its pictures."""
    return any(image["reason"] == ImageReason.NOT_IN_ARCHIVE for image in read_record(row)["images"])


def _differs(last: Any, article: Article) -> bool:
    return last.content_hash != article.content_hash or _has_ended(last) or _has_new_pictures(last, article)


def _has_new_pictures(last: Any, article: Article) -> bool:
    """Tell whether a picture has arrived that a version lacks, or has other bytes."""
    images = zip(read_record(last)["images"], article.images, strict=False)
    return any(new.status == "ok" and _was_not(old, new) for old, new in images)


def _was_not(old: Mapping[str, Any], new: ArticleImage) -> bool:
    """Tell whether the file of a picture is new."""
    missed = old["status"] == "failed" or old["reason"] == ImageReason.NOT_IN_ARCHIVE
    return bool(missed or (old["status"] == "ok" and old["sha256"] != new.sha256))
