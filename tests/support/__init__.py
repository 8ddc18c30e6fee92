"""What the tests share: a server and a news site on loopback, crawls, processes, generated articles."""
