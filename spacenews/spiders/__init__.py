"""One small file a site: selectors and patterns, nothing else."""
