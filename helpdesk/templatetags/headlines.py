"""The codes of a summary as words, where a template has only the summary."""

from django import template

from helpdesk.headlines import headline

register = template.Library()
register.filter("headline", headline)
