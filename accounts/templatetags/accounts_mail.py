"""What mail about accounts needs besides its delivery."""

from django import template

from accounts.invitations import join_path
from accounts.resets import reset_path

register = template.Library()
register.simple_tag(join_path)
register.simple_tag(reset_path)
