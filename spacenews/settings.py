"""Every setting of the project, and every one of Scrapy's that it changes: the default, and after it the reason.

What else each may be is in config.py; docs/settings.md lists them all.
"""

from spacenews import __version__

BOT_NAME = "spacenews"
SPIDER_MODULES = ["spacenews.spiders"]
COMMANDS_MODULE = "spacenews.commands"

# Who we are
USER_AGENT = f"spacenews/{__version__}"  # set it to one with your address: a site that minds can write before it blocks
ROBOTSTXT_USER_AGENT = None  # the name that robots.txt and robots tags know; None: that of USER_AGENT

# What is written
SPACENEWS_OUTPUT = "output"  # everything that is written is below this folder
SPACENEWS_STORE_URL = None  # the crawl database; None: SQLite in the output folder
IMAGES_STORE = None  # pictures; None: images/ in the output folder
SPACENEWS_CRAWL_EVERY = None  # a cron line in UTC, as "7 * * * *": when the workers queue all sites; None: never
SPACENEWS_WORKER_JOBS = 1  # crawls that a worker runs at once; each takes 130 MB or more
SPACENEWS_LEASE_SECONDS = 30  # without a sign of life, then a run loses its spider to another machine; PostgreSQL
SPACENEWS_WARC_RECORD = None  # write every response to this WARC file, or to one file a run in this folder
SPACENEWS_WARC_REPLAY = None  # answer every request from this WARC file or folder of them
SPACENEWS_MIRRORS: dict[str, str] = {}  # fetch the first origin from the second; records only see the first

# Pictures
SPACENEWS_PICTURES = True  # False: every picture is listed as skipped, none is fetched
SPACENEWS_PICTURE_MAX_BYTES = 20 * 1024 * 1024  # larger ones are taken in the form that the page shows
SPACENEWS_PICTURE_MAX_PIXELS = 40_000_000  # read from the header: a small file may unpack to gigabytes
SPACENEWS_PICTURE_MIN_SIDE = 16  # pixels; what is smaller is a tracking pixel or a bullet

# How pages are read
SPACENEWS_READERS = 1  # processes that read pages, apart from the one that crawls; 0: in the crawl's own, to debug
SPACENEWS_READ_SECONDS = 10  # a page that takes longer ends its reader, and fails as unreadable: some are made to
SPACENEWS_READ_MEMORY_MB = 1024  # likewise one that takes more memory; Linux

# When an address is asked for again
SPACENEWS_RECHECK_HOURS = [(24, 1), (72, 6), (720, 24), (8760, 168)]  # (age, interval): young news change most
SPACENEWS_MAX_FAILURES = 5  # in a row, then an address is given up
SPACENEWS_RETRY_HOURS = 1  # after the first failure; doubled after each further one
SPACENEWS_GONE_HOURS = 72  # that a page answers 404 while a source names it, then it is gone: some are listed too early

# How a run is judged
SPACENEWS_JUDGE_FROM_PAGES = 3  # shares of fewer pages say nothing
SPACENEWS_MAX_EMPTY_SHARE = 0.5  # pages without a guaranteed field: above it the site has changed
SPACENEWS_MAX_WALL_SHARE = 0.5  # above it the site keeps us out
SPACENEWS_MAX_EXCEPTION_SHARE = 0.1  # unhandled errors: above it the run failed, below it is degraded
SPACENEWS_MAX_PICTURE_FAILURE_SHARE = 0.2  # above it the run is degraded
SPACENEWS_MAX_RETRY_SHARE = 0.2  # above it the run is degraded
SPACENEWS_MAX_CHANGED_SHARE = 0.5  # of ten or more articles read again: above it their pages changed and not the news
SPACENEWS_COVERAGE_TOLERANCE = 0.2  # how far a field may fall below the last good runs before the run is degraded
SPACENEWS_GUARANTEED_FIELDS = ["title", "text", "published_at"]  # what every article has

# How a run is seen and stopped
SPACENEWS_PROGRESS = True  # a live line on a terminal, a log line a minute elsewhere
SPACENEWS_STOP_SECONDS = 25  # after SIGTERM all is saved and published within this time; schedulers kill after 30
SPACENEWS_ALERTS: list[str] = []  # what to do after a run on which the following says that somebody has to know
SPACENEWS_ALERT_ON = ["change"]  # once when a site becomes unwell, once when it is well; or some results
LOG_LEVEL = "INFO"  # a line for what matters at 3 a.m.

# Politeness
ROBOTSTXT_OBEY = True  # the rules of the host
SPACENEWS_CRAWL_DELAY_MAX = 30  # a longer Crawl-delay is cut to this, and run.json says so
SPACENEWS_ROBOTS_ATTEMPTS = 3  # times that a robots.txt is asked for while it answers 429; then nothing is allowed
SPACENEWS_ROBOTS_TAGS = ["noindex", "noarchive", "noai"]  # pages that say one of them are not stored: their wish
DOWNLOAD_DELAY = 1.05  # seconds between requests to one host: one as the host sees it, the way there varies
DOWNLOAD_DELAY_JITTER = 0  # never less than the delay
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # nobody is hurt by one at a time
AUTOTHROTTLE_ENABLED = True  # slower where the site is slow
AUTOTHROTTLE_START_DELAY = 1  # seconds; never faster than DOWNLOAD_DELAY anyhow
RETRY_TIMES = 2  # what fails three times waits for a later run
SPACENEWS_BACKOFF_START = 1  # how long a host is left alone after 429 or 503 without Retry-After; doubled each time
SPACENEWS_BACKOFF_MAX = 30  # the end of the doubling
SPACENEWS_RETRY_AFTER_MAX = 300  # a longer Retry-After is cut to this: the next run is soon enough
SPACENEWS_REFUSALS_MAX = 10  # 403, 429 and 503 in a row from one host, then the run ends; 0: never
COOKIES_ENABLED = False  # nobody is tracked, nothing is personalised

# Security
DOWNLOAD_VERIFY_CERTIFICATES = True  # turn it off only for a mirror of your own
DOWNLOAD_TIMEOUT = 30  # seconds; Scrapy's 180 hold a run up
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # bytes of a page
SPACENEWS_FEED_MAX_BYTES = 50 * 1024 * 1024  # of a feed or sitemap, unpacked: sitemaps.org allows that much
DOWNLOAD_WARNSIZE = 0  # a reason in the report says more than a warning
REDIRECT_MAX_TIMES = 5  # RFC 9309 asks for five of robots.txt; no page needs more
MEDIA_ALLOW_REDIRECTS = True  # pictures move; the guard checks each hop
METAREFRESH_ENABLED = False  # news pages reload themselves by it
TELNETCONSOLE_ENABLED = False  # a console that runs code, with its password in the log
DOWNLOAD_HANDLERS = {
    "http": "spacenews.downloading.handler.HttpHandler",  # mirrors, and public addresses only
    "https": "spacenews.downloading.handler.HttpHandler",
    "file": None,  # a link in a page may name any of these
    "ftp": None,
    "s3": None,
    "data": None,
}

# How far a crawl goes
DEPTH_LIMIT = 3  # links followed from an article that discovery found
CONCURRENT_ITEMS = 4  # a page gives one article; Scrapy starts this many tasks for every response
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # newest first, as feeds and listings name them

# What does it
ADDONS = {"spacenews.extensions.addons.WarcAddon": 100}

EXTENSIONS = {
    "spacenews.runs.run.Run": -100,  # first: lock, folder and database before anything else begins
    "spacenews.extensions.finish_run.FinishRun": -90,  # judges, publishes and reports when the engine has stopped
    "spacenews.extensions.progress.Progress": 600,
    "spacenews.extensions.stop.Stop": 600,
    "spacenews.extensions.clean_log.CleanLog": 600,  # no secret and no control character of a page in the log
    "spacenews.extensions.feeds.Feeds": 0,  # a feed that cannot be written ends the run
    "scrapy.extensions.feedexport.FeedExporter": None,  # it writes a traceback and goes on
    "scrapy.extensions.logstats.LogStats": None,  # Progress tells more
    "scrapy.extensions.remote_control.RemoteControl": None,  # a server that runs any Python for whoever has its token
}

ITEM_PIPELINES = {
    "spacenews.pipelines.validate.ValidatePipeline": 100,
    "spacenews.pipelines.deduplicate.DeduplicatePipeline": 200,
    "spacenews.pipelines.images.ImagesPipeline": 300,
    "spacenews.pipelines.export.ExportPipeline": 400,
}
DOWNLOADER_MIDDLEWARES = {
    "spacenews.middlewares.guard.GuardMiddleware": 50,  # may we? before everything else
    "spacenews.middlewares.robots.RobotsMiddleware": 100,
    "spacenews.middlewares.backoff.BackoffMiddleware": 560,  # sees 429 and 503 before RetryMiddleware (550)
    "spacenews.middlewares.decoding.DecodingMiddleware": 590,  # refuses a body that ends before its end
    "spacenews.middlewares.revisit.RevisitMiddleware": 650,  # sees redirects before RedirectMiddleware (600)
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # ours obeys RFC 9309
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # takes a half for a whole
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the guard knows hosts by purpose
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no site wants a password from us
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # NewsSpider counts links followed, not pages of a listing
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # the guard does it, with a reason
}

LOG_FORMATTER = "spacenews.extensions.log_format.OneLineLogFormatter"  # not the whole article for each that is dropped
FEED_EXPORT_ENCODING = "utf-8"  # -o and -O write what articles.jsonl has
FEED_EXPORTERS = dict.fromkeys(("jsonl", "jsonlines", "jl"), "spacenews.extensions.json_lines.JsonLinesExporter")
