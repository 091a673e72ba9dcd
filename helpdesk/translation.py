"""What staff name, in every language from the first migration."""

from modeltranslation.translator import TranslationOptions, register

from helpdesk.models import PolicyRow, Queue, ReplyTemplate, Team, WorkCalendar


@register(Team)
class TeamTranslation(TranslationOptions):
    fields = ("name",)


@register(Queue)
class QueueTranslation(TranslationOptions):
    fields = ("name",)


@register(ReplyTemplate)
class ReplyTemplateTranslation(TranslationOptions):
    fields = ("name", "text")


@register(WorkCalendar)
class WorkCalendarTranslation(TranslationOptions):
    fields = ("name",)


@register(PolicyRow)
class PolicyRowTranslation(TranslationOptions):
    fields = ("name",)
