from fastapi.testclient import TestClient

from app.main import app


def test_a_book_can_be_added_and_read():
    client = TestClient(app)
    added = client.post("/books", json={"title": "Kindred", "author": "Octavia E. Butler"}).json()
    assert client.get(f"/books/{added['id']}").json()["title"] == "Kindred"
