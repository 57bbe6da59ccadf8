"""The pages of the shop."""

from countersign.django import begin_second_factor, require_recent
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST


@require_GET
def start(request):
    return render(request, "start.html", {"own_passwords": settings.OWN_PASSWORDS})


@require_POST
def password(request):
    user = authenticate(request, username=request.POST.get("name"), password=request.POST.get("password"))
    if user is None or not user.countersign_id:
        page = {"own_passwords": True, "refused": "Wrong name or password."}
        return render(request, "start.html", page, status=403)
    begin_second_factor(request, user)  # in place of login(request, user)
    return redirect("/sign-in")


@require_GET
def sign_in(request):
    page = {
        "service": settings.COUNTERSIGN["SERVICE"],
        "resource": settings.COUNTERSIGN["RESOURCE"],
        "own_passwords": "1" if settings.OWN_PASSWORDS else "",
    }
    return render(request, "sign-in.html", page)


@require_recent(acr="1")
def account(request):
    return render(request, "account.html", {"login": request.user.username})


@require_recent(acr="2", max_age_ms=300_000)
async def transfer(request):
    return HttpResponse("Two factors within five minutes.")
