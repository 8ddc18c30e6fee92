"""What stands between the spider and the network: may we ask, when may we ask, must we ask."""
