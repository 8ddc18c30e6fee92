"""One run: its lock, how it is judged, published and reported, and what killed runs left."""
