"""The questions of a project, as methods with typed arguments and answers. A module per subject.

They know nothing but `ask`: each names its verb and its arguments, and gives the answer its type.
"""
