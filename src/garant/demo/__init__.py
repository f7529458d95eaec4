"""The reference organisation's demo systems, and the story told on them."""

from garant.demo.build import PEOPLE, DemoData, DemoSystem, build_demo

__all__ = ["PEOPLE", "DemoData", "DemoSystem", "build_demo"]
