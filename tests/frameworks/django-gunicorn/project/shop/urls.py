from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext


def welcome(request):
    media = Path(settings.MEDIA_ROOT)
    (media / "visit.txt").write_text("seen")
    return HttpResponse(gettext("Welcome"))


urlpatterns = [path("", welcome)]
