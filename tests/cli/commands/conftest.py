"""A small project for commands that need one."""

from tests.project.conftest import project

__all__ = ["project"]
