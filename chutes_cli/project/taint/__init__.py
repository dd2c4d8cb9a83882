"""What a caller of a cord sends, followed to where it is used: taint analysis.

A check asks from the sink backwards: can this value carry what a caller sent, in a form that
is dangerous here (`Threat`)? Values are followed through names, attributes, calls, returns
and stored attributes, across modules; what was validated, converted or quoted on the way no
longer carries the threat.
"""
