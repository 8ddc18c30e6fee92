"""The way of an article from the spider into the database: validate, deduplicate, images, export."""
