"""The addresses of the shop, and the three routes of Countersign."""

import countersign.django
from django.urls import path

from . import views

urlpatterns = [
    path("", views.start),
    path("password", views.password),
    path("sign-in", views.sign_in),
    path("account", views.account),
    path("transfer", views.transfer),
    *countersign.django.urls(),
]
