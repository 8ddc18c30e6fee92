"""spacenews turns the space section of a news site into a dataset that a program can trust."""

__version__ = "0.1.0"
