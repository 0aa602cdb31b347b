"""Wiring: the only place that knows everybody."""
