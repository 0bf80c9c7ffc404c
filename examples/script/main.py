"""Reads a CSV of sales from standard input (or a file) and prints a table of the sums by product."""

import csv
import sys
from collections import defaultdict
from decimal import Decimal

from tabulate import tabulate


def sums(lines):
    """Pieces and turnover by product, best first."""
    pieces, turnover = defaultdict(int), defaultdict(Decimal)
    for row in csv.DictReader(lines):
        count = int(row["count"])
        pieces[row["product"]] += count
        turnover[row["product"]] += count * Decimal(row["price"])
    best_first = sorted(turnover, key=turnover.get, reverse=True)
    return [(name, pieces[name], turnover[name]) for name in best_first]


def main():
    source = open(sys.argv[1], newline="") if len(sys.argv) > 1 else sys.stdin
    with source:
        table = sums(source)
    print(tabulate(table, headers=["product", "pieces", "turnover"], tablefmt="github"))


if __name__ == "__main__":
    main()
