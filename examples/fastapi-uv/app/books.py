"""The shelf itself: books in memory, by number."""

from itertools import count

from pydantic import BaseModel, Field


class NewBook(BaseModel):
    title: str = Field(min_length=1)
    author: str
    year: int | None = None


class Book(NewBook):
    id: int


class Shelf:
    def __init__(self) -> None:
        self._books: dict[int, Book] = {}
        self._numbers = count(1)

    def add(self, new: NewBook) -> Book:
        book = Book(id=next(self._numbers), **new.model_dump())
        self._books[book.id] = book
        return book

    def get(self, number: int) -> Book | None:
        return self._books.get(number)

    def all(self) -> list[Book]:
        return list(self._books.values())
