"""A sample Space section: invented stories in the site's markup, drawn pictures, one WARC file to crawl offline."""
