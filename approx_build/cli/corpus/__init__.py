"""`corpus`: recordings added, listed, inspected and withdrawn."""
