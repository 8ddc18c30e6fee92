"""What the tests share: a site and a server on loopback, crawls, processes, made-up articles."""
