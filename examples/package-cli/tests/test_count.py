from lexicount.count import count


def test_letter_case_does_not_count():
    assert count(["Tea", "tea TEA"]) == {"tea": 3}
