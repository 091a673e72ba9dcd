import pytest


@pytest.mark.browser
def test_a_real_browser_reaches_us_and_reads_a_strict_policy(live_server, page):
    answer = page.goto(f"{live_server.url}/health/live")
    assert answer.ok
    assert page.get_by_text("alive").is_visible()
