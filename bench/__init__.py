"""Benchmarks: figures of things run side by side. No part of the site imports this."""
