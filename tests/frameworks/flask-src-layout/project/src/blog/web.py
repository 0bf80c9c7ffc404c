from flask import Flask

blog = Flask(__name__)


@blog.route("/")
def index():
    return f"hello from {__name__}"
