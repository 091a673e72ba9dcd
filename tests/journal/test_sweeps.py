"""What fails for one row does not stop the rest, and is logged without anybody's words."""

from structlog.testing import capture_logs

from journal.sweeps import one_by_one


def test_a_row_that_fails_does_not_stop_the_others():
    done = []

    def act(row):
        if row == 2:
            raise ValueError("words of a person")
        done.append(row)

    with capture_logs() as logs:
        assert one_by_one([1, 2, 3], act) == 2
    assert done == [1, 3]
    assert [entry["error"] for entry in logs] == ["ValueError"]
    assert "words of a person" not in str(logs)
