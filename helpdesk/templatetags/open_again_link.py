"""The address that opens a case again which ended in silence, made when its mail is sent."""

from django import template

from helpdesk.silence import open_again_path

register = template.Library()
register.simple_tag(open_again_path)
