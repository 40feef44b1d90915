import dataclasses

import pytest

from tests.report.sample import bare, report


def test_reports_are_equal_when_they_tell_the_same(tmp_path):
    assert report(tmp_path) == report(tmp_path) != report(tmp_path, "other")


def test_reports_cannot_be_changed(tmp_path):
    with pytest.raises(dataclasses.FrozenInstanceError):
        bare(tmp_path).title = "other"
