"""Exchanges with other organisations' programs: requests by OpenDSR 2, in both directions, and packages handed over."""
