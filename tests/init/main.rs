//! `dockwright init` at a real terminal: each question, Ctrl-C at each of them, small terminals, and nobody to ask.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may fail so")]

mod adopt;
mod questions;
mod stop;
mod terminal;
mod unattended;

/// A web application whose Python is not fixed and whose driver is compiled.
const SHOP: [(&str, &str); 2] = [
    (
        "requirements.txt",
        "flask==3.1.2\ngunicorn==23.0.0\npsycopg2==2.9.11\n",
    ),
    (
        "app.py",
        "from flask import Flask\n\napp = Flask(__name__)\n",
    ),
];

/// The usual terminal.
const USUAL: (u16, u16) = (80, 24);
