"""The list of processes, where there is no /proc: as `ps` prints it on macOS."""

from config import embedded

# pid=,command= on macOS: numbers to the right, no heading, words uncut, a dead child in brackets.
MACOS = """\
    1 /sbin/launchd
  412 /System/Library/CoreServices/loginwindow.app/Contents/MacOS/loginwindow console
 5120 /Users/otto/My Projects/recourse/.venv/bin/python -m config.launch
 5121 postgres: recourse-1a2b: checkpointer
 5122 (postgres)
 5123
99999 /usr/local/bin/valkey-server unixsocket:/private/tmp/recourse-501/broker.sock
"""


def test_each_line_is_a_number_and_words():
    found = dict(embedded.listed(MACOS))
    assert found[1] == "/sbin/launchd"
    assert found[5120].startswith("/Users/otto/My Projects/recourse/")
    assert found[99999].endswith("broker.sock")


def test_title_of_a_server_begins_the_words():
    assert [
        pid for pid, words in embedded.listed(MACOS) if words.startswith("postgres: recourse-1a2b: ")
    ] == [5121]


def test_dead_child_and_process_without_words_are_no_trouble():
    found = dict(embedded.listed(MACOS))
    assert (found[5122], found[5123]) == ("(postgres)", "")


def test_what_is_no_process_is_left_out():
    assert list(embedded.listed("ps: warning\n\n  PID COMMAND\n")) == []
