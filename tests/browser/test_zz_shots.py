import pytest
from datetime import date, timedelta
from django.urls import reverse
from django.utils.timezone import now
from appeals.links import make_link
from appeals.models import DecisionOrder
from helpdesk.actions import reply
from journal.actors import SYSTEM
from rulebook.actions import Words, publish_rule
from tests.factories import *

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OUT = "/tmp/shots/"


def world():
    q = appeals_queue()
    make_queue(kind="complaint")
    make_queue(kind="notice")
    w = lambda t: [
        Words(
            "en",
            "Violence and threats",
            t,
            summary="Do not threaten anybody or call for violence.",
            is_authoritative=True,
        ),
        Words(
            "fa",
            "خشونت و تهدید",
            "هیچ‌کس را تهدید نکنید.\n\n- با مرگ\n- با خشونت",
            summary="هیچ‌کس را تهدید نکنید.",
            translator="x",
        ),
    ]
    v1 = publish_rule(
        "4.2",
        by=SYSTEM,
        at=now(),
        in_force_on=date(2025, 1, 1),
        texts=w("Do not **threaten** anybody:\n\n- with death\n- with violence\n\nNews is allowed."),
    )
    v2 = publish_rule(
        "4.2",
        by=SYSTEM,
        at=now(),
        in_force_on=date(2026, 11, 1),
        texts=w(
            "Do not **threaten** or insult anybody:\n\n- with death\n- with violence\n\nNews and satire are allowed."
        ),
    )
    publish_rule(
        "5.1",
        by=SYSTEM,
        at=now(),
        in_force_on=date(2027, 1, 1),
        texts=[Words("en", "Spam", "Do not send the same thing again and again.", is_authoritative=True)],
    )
    p = make_platform(name="Telegraph")
    d = make_decision(
        p,
        received_at=now(),
        informed_at=now(),
        person={
            "user_ref": "u1",
            "language": "en",
            "content_ref": "https://t.example/rita/55",
            "content_excerpt": "They shot at the crowd. Watch until the end.",
        },
        decision_visibility=["DECISION_VISIBILITY_CONTENT_DISABLED", "DECISION_VISIBILITY_CONTENT_DEMOTED"],
        decision_account="DECISION_ACCOUNT_SUSPENDED",
        end_date_account_restriction=date(2027, 1, 31),
        rule_version=v2,
        content_rule_version=v1,
        territorial_scope=["DE", "FR"],
        content_date=date(2026, 10, 20),
        application_date=date(2026, 11, 20),
        category_specification=["KEYWORD_COORDINATED_HARM", "KEYWORD_INCITEMENT_VIOLENCE_HATRED"],
        automated_detection="Yes",
        source_type="SOURCE_ARTICLE_16",
        source_identity="Otto",
        decision_ground_reference_url="https://telegraph.example/terms#4-2",
    )
    DecisionOrder.objects.create(
        decision=d, authority="Amtsgericht Berlin", country="DE", legal_basis="StGB §130", kind="court"
    )
    return d


SIZES = {"phone": dict(width=360, height=740), "desktop": dict(width=1200, height=900)}


@pytest.mark.parametrize("mode", ["phone", "desktop", "fa", "dark", "nojs"])
def test_shots(live_server, browser, mode):
    d = world()
    size = SIZES["desktop" if mode in ("desktop", "fa") else "phone"]
    ctx = browser.new_context(
        viewport=size,
        locale="fa-IR" if mode == "fa" else "en-GB",
        color_scheme="dark" if mode == "dark" else "light",
        java_script_enabled=mode != "nojs",
    )
    if mode == "fa":
        ctx.add_cookies([{"name": "django_language", "value": "fa", "url": live_server.url}])
    page = ctx.new_page()
    errors = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    n = [0]

    def shot(name):
        n[0] += 1
        page.screenshot(path=f"{OUT}{mode}-{n[0]:02d}-{name}.png", full_page=True)

    def go(path, name):
        page.goto(live_server.url + path)
        shot(name)

    link = make_link(d.pk)
    go("/", "home")
    go(reverse("appeals:decision", args=[link]), "decision")
    go(reverse("appeals:ask", args=[link]), "ask")
    page.fill("[name=text]", "This was news, not violence.\nI film protests.")
    page.fill("[name=email]", "nothing")
    page.click("main button.btn-main")
    shot("ask-error")
    page.fill("[name=email]", "")
    page.click("main button.btn-main")
    shot("receipt")
    ref = page.inner_text("bdi.reference").strip()
    words = " ".join(w.strip() for w in page.locator("ol.words li").all_inner_texts())
    page.click("a.btn-primary")
    shot("login")
    page.fill("[name=reference]", ref)
    page.fill("[name=receipt]", "abandon abandon")
    page.click("main button.btn-main")
    shot("login-error")
    page.fill("[name=receipt]", words)
    page.click("main button.btn-main")
    shot("case")
    from helpdesk.models import Ticket

    t = Ticket.objects.get(reference=ref)
    amir = make_moderator(t.queue.team)
    reply(
        t,
        by=amir,
        at=now() - timedelta(minutes=1),
        text="Which video do you mean? Please send us the link.",
        is_question=True,
        turn=None,
    )
    go("/case/", "case-question")
    go("/case/data/", "data")
    go("/case/erase/", "erase")
    go("/case/withdraw/", "withdraw")
    go("/rules/", "rules")
    go("/rules/4.2/", "rule")
    if page.locator("details summary").count() > 1:
        page.locator("main details summary").first.click()
        shot("rule-open")
    go("/appeal/", "start")
    go("/report/", "report")
    go("/report/violence/", "notice")
    go("/report/child-abuse/", "notice-csam")
    go("/complain/", "complain")
    go("/danger/", "danger")
    go("/decision/1.xx/", "broken")
    go("/sent/", "sent-none")
    go("/confirm/abc/", "confirm")
    print(errors)
    ctx.close()
    assert not errors
