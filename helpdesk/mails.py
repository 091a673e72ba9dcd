"""Which mails there are about cases. To people outside they say that there is news, never what."""

from zoneinfo import ZoneInfo

from accounts.models import User
from helpdesk.models import Ticket
from journal.mail import register_mail
from journal.models import Delivery
from journal.moments import zone_of


def zone_of_case(delivery: Delivery) -> ZoneInfo:
    """By which clock the person of the case is told the time; looked up when the mail is sent, never stored
    with it. UTC once their words are erased."""
    zones = Ticket.objects.filter(pk=delivery.about_id)  # sight: the mail is its person's own
    return zone_of(zones.values_list("zone", flat=True).first() or "")


def zone_of_colleague(delivery: Delivery) -> ZoneInfo:
    """The clock that whoever works here has chosen."""
    people = User.objects.filter(email=delivery.address)
    return zone_of(people.values_list("time_zone", flat=True).first() or "")


register_mail("case_news", "helpdesk/mail/subject.txt", "helpdesk/mail/case_news.txt")
for kind in ("case_reminder", "case_closed"):
    register_mail(kind, "helpdesk/mail/subject.txt", f"helpdesk/mail/{kind}.txt", zone_of=zone_of_case)
register_mail("confirm_contact", "helpdesk/mail/subject_confirm.txt", "helpdesk/mail/confirm_contact.txt")
for kind in ("place_asked", "place_given", "place_given_to_you"):
    register_mail(kind, "accounts/mail/subject.txt", f"helpdesk/mail/{kind}.txt")
register_mail("barred_late", "helpdesk/mail/subject_staff.txt", "helpdesk/mail/barred_late.txt")
register_mail("page", "helpdesk/mail/subject_page.txt", "helpdesk/mail/page.txt")
register_mail("steps_due", "helpdesk/mail/subject_steps.txt", "helpdesk/mail/steps_due.txt")
register_mail(
    "rota_problems",
    "helpdesk/mail/subject_rota.txt",
    "helpdesk/mail/rota_problems.txt",
    zone_of=zone_of_colleague,
)
register_mail("rota_changed", "helpdesk/mail/subject_rota_changed.txt", "helpdesk/mail/rota_changed.txt")
