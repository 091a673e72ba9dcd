"""What the clocks of the helpdesk call: each is safe to run twice and to run late."""

from celery import shared_task
from django.utils.timezone import now

from accounts.models import User
from helpdesk.actions import escalating, numbers, paging, policies, rota_watch, silence
from helpdesk.actions.assigning import lay_down, wake
from helpdesk.actions.erasing import purge_due
from helpdesk.actions.filing import remove_files, store_held_files
from helpdesk.actions.indexing import index_again
from helpdesk.api.once import forget_answers
from helpdesk.models import Ticket
from helpdesk.permissions import WORKERS
from journal.actors import SYSTEM
from journal.sweeps import one_by_one


@shared_task
def move_files() -> tuple[int, int]:
    """Bring held bytes to the file store, and take erased files out of it."""
    return store_held_files(), remove_files()


@shared_task
def wake_snoozed() -> int:
    """Take up what was put aside until now."""
    at = now()
    due = Ticket.objects.unfinished().filter(snoozed_until__lte=at)
    return one_by_one(due, lambda ticket: wake(ticket, by=SYSTEM, at=at))


@shared_task
def keep_promises() -> int:
    """Hold open cases to the policies and working hours that have begun since."""
    return policies.keep_promises(at=now())


@shared_task
def take_steps() -> int:
    """Take the steps of escalation that are due. Several at once share them."""
    return escalating.take_steps(at=now())


@shared_task
def ring() -> int:
    """Page the next in line wherever nobody has come. Runs in the worker of pages."""
    return paging.ring(at=now())


@shared_task
def end_silence() -> tuple[int, int]:
    """Remind people who do not answer, and end their cases when the time for it is over."""
    return silence.end_silence(at=now())


@shared_task
def free_left_cases() -> int:
    """Lay down cases whose holder was deactivated or reads no cases any more; others can take them."""
    at = now()
    held = Ticket.objects.unfinished().filter(assignee__isnull=False)
    left = held.exclude(assignee__in=User.objects.holding(*WORKERS))
    return one_by_one(left, lambda ticket: lay_down(ticket, by=SYSTEM, at=at))


@shared_task
def purge() -> int:
    """Empty the cases whose period is over."""
    return purge_due(at=now())


@shared_task
def index_old_cases() -> int:
    """Index anew what an earlier version of the program indexed: some thousands of cases a minute at most,
    each batch a transaction of its own, so that nobody who works waits for it."""
    done = 0
    for _batch in range(20):
        done += (count := index_again())
        if count == 0:
            break
    return done


@shared_task
def forget_api_answers() -> int:
    """Forget the answers of calls that nobody repeats any more."""
    return forget_answers(at=now())


@shared_task
def watch_rotas() -> int:
    """Find what is wrong with the rotas of on-call before it happens, and tell it once."""
    return rota_watch.watch(at=now())


@shared_task
def count_numbers() -> int:
    """Fold the weeks that are over, and count what people outside are told of the last 30 days."""
    at = now()
    numbers.count_kept_times(at=at)
    return numbers.fold_weeks(at=at)
