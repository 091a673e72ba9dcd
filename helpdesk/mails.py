"""Which mails there are about cases. To people outside they say that there is news, never what."""

from journal.mail import register_mail

register_mail("case_news", "helpdesk/mail/subject.txt", "helpdesk/mail/case_news.txt")
for kind in ("case_reminder", "case_closed"):
    register_mail(kind, "helpdesk/mail/subject.txt", f"helpdesk/mail/{kind}.txt")
register_mail("confirm_contact", "helpdesk/mail/subject_confirm.txt", "helpdesk/mail/confirm_contact.txt")
for kind in ("place_asked", "place_given", "place_given_to_you"):
    register_mail(kind, "accounts/mail/subject.txt", f"helpdesk/mail/{kind}.txt")
register_mail("barred_late", "helpdesk/mail/subject_staff.txt", "helpdesk/mail/barred_late.txt")
register_mail("page", "helpdesk/mail/subject_page.txt", "helpdesk/mail/page.txt")
register_mail("steps_due", "helpdesk/mail/subject_steps.txt", "helpdesk/mail/steps_due.txt")
register_mail("rota_problems", "helpdesk/mail/subject_rota.txt", "helpdesk/mail/rota_problems.txt")
register_mail("rota_changed", "helpdesk/mail/subject_rota_changed.txt", "helpdesk/mail/rota_changed.txt")
