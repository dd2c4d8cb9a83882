"""What is known of libraries other than the SDK, as data: one module per topic.

Names are dotted names as a program imports them. A library that re-exports a class under
several names is listed under each that its documentation uses. Nothing here imports them.
"""
