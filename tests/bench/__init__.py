"""The bench: speed and memory as ratios, each measured in one run beside what it is compared with.

``python -m tests.bench`` measures everything and ends with 1 if a goal is missed. Nothing here is part
of the test suite but one test that the bench still runs.
"""
