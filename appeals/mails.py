"""Which mails there are about appeals, to the staff."""

from journal.mail import register_mail

register_mail(
    "measure_unconfirmed", "helpdesk/mail/subject_staff.txt", "appeals/mail/measure_unconfirmed.txt"
)
