"""Which mails there are about cases. To people outside they say that there is news, never what."""

from journal.mail import register_mail

register_mail("case_news", "helpdesk/mail/subject.txt", "helpdesk/mail/case_news.txt")
register_mail("confirm_contact", "helpdesk/mail/subject_confirm.txt", "helpdesk/mail/confirm_contact.txt")
register_mail("barred_late", "helpdesk/mail/subject_staff.txt", "helpdesk/mail/barred_late.txt")
