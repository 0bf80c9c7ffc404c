from bottle import Bottle

app = Bottle()


@app.route("/")
def index():
    return "hello from bottle"
