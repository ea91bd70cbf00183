"""How well articles are gathered into stories, and the training of the weights.

``python -m benchmarks.stories`` measures, ``python -m benchmarks.stories.train`` trains.
"""
