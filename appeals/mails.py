"""Which mails there are about decisions and appeals."""

from journal.mail import register_mail

register_mail(
    "measure_unconfirmed", "helpdesk/mail/subject_staff.txt", "appeals/mail/measure_unconfirmed.txt"
)
register_mail("decision_made", "appeals/mail/subject_decision.txt", "appeals/mail/decision_made.txt")
