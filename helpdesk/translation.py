"""What staff name, in every language from the first migration."""

from modeltranslation.translator import TranslationOptions, register

from helpdesk.models import Queue, ReplyTemplate, Team


@register(Team)
class TeamTranslation(TranslationOptions):
    fields = ("name",)


@register(Queue)
class QueueTranslation(TranslationOptions):
    fields = ("name",)


@register(ReplyTemplate)
class ReplyTemplateTranslation(TranslationOptions):
    fields = ("name", "text")
