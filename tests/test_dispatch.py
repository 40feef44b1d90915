from tests.dispatch import optional_features, output_of

CODE = """
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
print([name for name in __cpu_dispatch__ if __cpu_features__[name]])
"""


def test_features_are_switched_off_in_the_other_process():
    features = optional_features()
    assert output_of(CODE, []).strip() == str(features)
    assert output_of(CODE, features).strip() == "[]"
