"""The embedded model: where its file comes from, and the process that serves it on this PC.

``file`` joins the model from its parts and vouches for its hash; ``child`` is the process that holds the
engine; ``server`` starts that process, watches it and tells the screen how it is doing. Callers need
``prepare`` and ``LocalModel`` alone.
"""

from sandbox.local_model.file import Progress, prepare
from sandbox.local_model.server import LocalModel, ModelPhase, ModelStatus

__all__ = ["LocalModel", "ModelPhase", "ModelStatus", "Progress", "prepare"]
