"""What holds for every answer of the program."""

import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/rules/a%00b/", "/console/search/?q=%00", "/?x=a%00"])
def test_address_with_a_nul_names_no_page(client, address):
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_whoever_sends_too_much_is_told_what_to_do(client):
    response = client.post("/complain/", {f"field{number}": "x" for number in range(1100)})
    assert response.status_code == 400
    assert "choose fewer files" in response.content.decode()


@pytest.mark.django_db
def test_words_that_were_pasted_with_a_nul_are_kept_without_it(client):
    page = client.post("/complain/", {"text": "Please\0 help.", "category": "other\0"}).content.decode()
    assert "Please help." in page
