"""How the network is asked: handler, public addresses, pace, robots.txt, WARC files."""
