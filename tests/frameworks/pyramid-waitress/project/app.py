from pyramid.config import Configurator
from pyramid.response import Response
from waitress import serve


def hello(request):
    return Response("hello from pyramid")


with Configurator() as config:
    config.add_route("hello", "/")
    config.add_view(hello, route_name="hello")
    app = config.make_wsgi_app()

if __name__ == "__main__":
    serve(app, host="0.0.0.0", port=6543)
