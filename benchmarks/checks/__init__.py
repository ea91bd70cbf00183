"""How well articles are gathered into stories, and the training of the weights.

``python -m benchmarks.stories`` measures, ``python -m benchmarks.stories.train`` trains.
"""

import os

# Before numpy is loaded: several threads cost more than they bring on such small products.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
