"""Reading without a crawl: one page that somebody has, or the articles of whole archives."""
