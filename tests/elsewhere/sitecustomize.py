"""Run by Python as it starts: lets PYTHONPATH go before a package that is installed for editing.

An editable install puts a finder of its own before the path; without this, a copy of the package
could not be tested, nor could the workers that a test starts.
"""

import sys

sys.meta_path[:] = [one for one in sys.meta_path if "ScikitBuild" not in type(one).__name__]
