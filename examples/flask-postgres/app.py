"""A guest book: one page, one table in PostgreSQL."""

import os

import psycopg2
from flask import Flask, abort, redirect, render_template, request

app = Flask(__name__)

TABLE = """
CREATE TABLE IF NOT EXISTS entry (
    id serial PRIMARY KEY,
    name text NOT NULL,
    message text NOT NULL,
    written timestamptz NOT NULL DEFAULT now()
)
"""


def database():
    """A connection with the table in place, or 503 when no database is configured or it does not answer."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        abort(503, "DATABASE_URL is not set")
    try:
        connection = psycopg2.connect(url, connect_timeout=3)
    except psycopg2.OperationalError as error:
        abort(503, str(error))
    with connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
    return connection


@app.get("/")
def index():
    return render_template("index.html")


@app.get("/health")
def health():
    return {"status": "ok", "libpq": psycopg2.extensions.libpq_version()}


@app.get("/entries")
def entries():
    with database() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name, message FROM entry ORDER BY written DESC LIMIT 50")
        return [{"name": name, "message": message} for name, message in cursor]


@app.post("/entries")
def sign():
    name, message = request.form["name"], request.form["message"]
    with database() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO entry (name, message) VALUES (%s, %s)", (name, message))
    return redirect("/")
