"""Runs and judgments as other tools hold them: dicts, pandas frames, ranx and ir_measures objects.

What comes in is checked as strictly as a file: ids are text, scores and grades are numbers, nothing stands
twice. What goes out keeps its scores, or has scores made of our ranks: see
:func:`harness.interchange.rows.outgoing`.
"""
