"""Benchmarks are run by hand, never collected: a time is no test."""

collect_ignore_glob = ["*.py"]
