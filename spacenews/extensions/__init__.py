"""What watches a run: how it goes, how it ends, how it is told."""
