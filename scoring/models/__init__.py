"""Models, for all who ask one: chat models behind one client, CLIP, and baselines."""

from scoring.models.baselines import BASELINES
from scoring.models.budget import Budget, Prices, Totals
from scoring.models.cache import ResponseCache
from scoring.models.chooser import Chooser
from scoring.models.client import Backend, Client
from scoring.models.clip import ImageTextEncoder, register_encoders
from scoring.models.errors import (
    BudgetSpent,
    FatalError,
    ModelError,
    RequestError,
    TransientError,
)
from scoring.models.loading import KINDS, Serving, open_chat, open_model
from scoring.models.records import (
    CONDITIONS,
    Condition,
    Image,
    Message,
    Presentation,
    Question,
    Request,
    Response,
)
from scoring.models.retry import RetryPolicy

__all__ = [
    "BASELINES",
    "CONDITIONS",
    "KINDS",
    "Backend",
    "Budget",
    "BudgetSpent",
    "Chooser",
    "Client",
    "Condition",
    "FatalError",
    "Image",
    "ImageTextEncoder",
    "Message",
    "ModelError",
    "Presentation",
    "Prices",
    "Question",
    "Request",
    "RequestError",
    "Response",
    "ResponseCache",
    "RetryPolicy",
    "Serving",
    "Totals",
    "TransientError",
    "open_chat",
    "open_model",
    "register_encoders",
]
