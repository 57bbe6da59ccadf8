"""The table of users."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A user of Django, with the id that Countersign has for them."""

    countersign_id = models.CharField(max_length=64, unique=True, null=True)
