"""What mail about accounts needs besides its delivery."""

from django import template

from accounts.invitations import join_path

register = template.Library()
register.simple_tag(join_path)
