"""What the checks in code catch: sentences that people judged, and correct statements spoilt on purpose.

``python -m benchmarks.checks`` measures both.
"""
