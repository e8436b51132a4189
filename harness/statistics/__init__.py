"""Which differences between systems are real: paired tests, corrections, intervals, groups, summaries.

Everything takes ``values``, float64[s systems, n queries] of one measure, and returns immutable records.
The way in is ``harness.statistics.compare.compare_systems``.
"""
