"""The address that confirms a contact, made when its mail is sent."""

from django import template

from helpdesk.confirming import confirm_path

register = template.Library()
register.simple_tag(confirm_path)
