from django.db import OperationalError
from django.http import JsonResponse
from django.shortcuts import render

from catalogue.models import Product


def home(request):
    return render(request, "catalogue/home.html")


def products(request):
    try:
        found = list(Product.objects.values("name", "price", "in_stock"))
    except OperationalError as error:
        return JsonResponse({"error": str(error)}, status=503)
    return JsonResponse({"products": found})
