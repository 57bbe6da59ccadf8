"""Sign-in routes for a site without a framework. :mod:`countersign.django` and :mod:`countersign.flask` have them ready."""

from .answer import Refused, RouteAnswer, RouteRequest
from .sign_in import Session, SignIn, SiteUsers

__all__ = ["Refused", "RouteAnswer", "RouteRequest", "Session", "SignIn", "SiteUsers"]
