import falcon.asgi


class ThingsResource:
    async def on_get(self, req, resp):
        resp.text = "hello from falcon"


app = falcon.asgi.App()
app.add_route("/", ThingsResource())
