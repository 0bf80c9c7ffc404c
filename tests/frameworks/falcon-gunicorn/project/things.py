import falcon


class ThingsResource:
    def on_get(self, req, resp):
        resp.text = "hello from falcon"


app = falcon.App()
app.add_route("/", ThingsResource())
