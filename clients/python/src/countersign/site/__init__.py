"""Sign-in routes for a site without a framework. :mod:`countersign.django` and :mod:`countersign.flask` have them ready."""

from .response import Refused, RouteRequest, RouteResponse
from .sign_in import Session, SignIn, SiteUsers

__all__ = ["Refused", "RouteRequest", "RouteResponse", "Session", "SignIn", "SiteUsers"]
