"""The simulated service, a process of its own: the documented API and an image host on loopback."""
