from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "hello from flask"


@app.get("/healthz")
def healthz():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run(debug=True)
