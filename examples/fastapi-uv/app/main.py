"""HTTP in front of the shelf."""

from fastapi import FastAPI, HTTPException

from app.books import Book, NewBook, Shelf

app = FastAPI(title="Bookshelf")
shelf = Shelf()
shelf.add(NewBook(title="The Left Hand of Darkness", author="Ursula K. Le Guin", year=1969))


@app.get("/books")
def books() -> list[Book]:
    return shelf.all()


@app.post("/books", status_code=201)
def add(book: NewBook) -> Book:
    return shelf.add(book)


@app.get("/books/{number}")
def book(number: int) -> Book:
    found = shelf.get(number)
    if found is None:
        raise HTTPException(404, f"no book {number}")
    return found
