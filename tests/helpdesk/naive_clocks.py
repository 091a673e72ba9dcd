"""The contract of the clocks once more, minute by minute and without any cleverness.

Everything here lies on whole minutes. A moment is the number of a minute in `Minutes`; a clock that steps
through them counts one for each that is worked.
"""

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

MINUTE = timedelta(minutes=1)
DAY = 24 * 60
AHEAD = 4 * DAY  # how far a due moment is looked for behind the last one
MARGIN = 3 * DAY  # so that no frame of the days around is cut off


class Minutes:
    """Every minute from `first` on, and whether it is worked."""

    def __init__(self, first, last, calendars):
        self.first = first
        self.count = (last - first) // MINUTE + AHEAD
        self.worked = [self.working(calendar) for calendar in calendars]

    def at(self, moment):
        return (moment - self.first) // MINUTE

    def moment(self, number):
        return None if number is None else self.first + number * MINUTE

    def working(self, calendar):
        """For each minute, whether it lies in a frame."""
        if calendar is None:
            return [True] * self.count
        shown, once, last = wall_clock(calendar.time_zone, self.first, self.count + 2 * MARGIN)
        worked = [False] * len(shown)
        day = shown[0].date()
        while day <= shown[-1].date():
            for begins, ends in () if day in calendar.holidays else calendar.frames[day.weekday()]:
                midnight = datetime.combine(day, time())
                a = place(shown, once, midnight + begins * MINUTE)
                b = place(shown, last, midnight + ends * MINUTE)
                for number in range(a, b):
                    worked[number] = True
            day += timedelta(days=1)
        return worked[MARGIN : MARGIN + self.count]


@lru_cache(maxsize=20)
def wall_clock(zone, first, count):
    """What the wall clock shows at each minute, and at which minute it shows something first and last."""
    start = first - MARGIN * MINUTE
    shown = [(start + n * MINUTE).astimezone(zone).replace(tzinfo=None) for n in range(count)]
    once, last = {}, {}
    for number, wall in enumerate(shown):
        once.setdefault(wall, number)
        last[wall] = number
    return shown, once, last


def place(shown, places, wall):
    """Where the wall clock shows this; else the first minute at which it shows more."""
    if wall in places:
        return places[wall]
    return next((number for number, other in enumerate(shown) if other > wall), len(shown))


class Clock:
    def __init__(self, kind, number):
        self.kind, self.number, self.spent, self.due = kind, number, 0, None


class Ticket:
    """The state of everything at one minute, changed by one event after the other."""

    def __init__(self, minutes, calendars, targets):
        self.minutes, self.calendars, self.targets = minutes, calendars, targets
        self.calendar = 0  # which of the calendars is in force
        self.open, self.rows, self.numbers = [], [], {}
        self.paused = self.resolved = self.dropped = False

    def running(self, kind):
        return next((clock for clock in self.open if clock.kind == kind), None)

    def begin(self, kind):
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        self.open.append(Clock(kind, self.numbers[kind]))

    def target(self, clock):
        return self.targets.get(clock.kind)

    def is_due(self, clock):
        target = self.target(clock)
        still = clock.kind == "resolution" and self.paused
        return bool(target) and not still and clock.spent >= target

    def end(self, kind, t, *, met=False):
        clock = self.running(kind)
        if clock is None:
            return
        self.open.remove(clock)
        if clock.due is not None and clock.due < t:
            self.rows.append(self.row(clock, "missed", clock.due, t if met else None))
        elif self.target(clock):
            due = self.look_ahead(clock, t)
            self.rows.append(self.row(clock, "met" if met else "cancelled", due, t if met else None))

    def row(self, clock, state, due, met_at):
        at = self.minutes.moment
        return (clock.kind, clock.number, state, at(due), at(met_at), clock.spent)

    def look_ahead(self, clock, t):
        """The minute at which it is due when nothing more happens."""
        spent = clock.spent
        while spent < self.target(clock):
            if t >= self.minutes.count:
                return None
            spent += self.minutes.worked[self.calendar][t]
            t += 1
        return t

    def apply(self, event, t):  # noqa: C901 - a branch for each line of the contract's table
        kind = event["type"]
        over = self.resolved or self.dropped
        if kind == "opened":
            self.begin("first_response")
            self.begin("resolution")
        elif kind == "staff_wrote":
            self.end("first_response", t, met=True)
            self.end("next_response", t, met=True)
            if not over:
                self.keep_in_touch(t)
        elif kind == "person_wrote":
            self.paused = False
            self.end("keep_in_touch", t)
            answered = not (self.running("first_response") or self.running("next_response"))
            if answered and not self.dropped:
                self.begin("next_response")
        elif kind == "no_answer_needed":
            clock = self.running("next_response")
            if clock and not (clock.due is not None and clock.due < t):
                self.end("next_response", t)
        elif kind == "waiting" and not over:
            self.paused = True
        elif kind == "resumed":
            self.paused = False
        elif kind == "resolved" and not over:
            self.paused, self.resolved = False, True
            self.end("resolution", t, met=True)
            self.end("keep_in_touch", t)
        elif kind == "dropped" and not self.dropped:
            self.paused, self.dropped = False, True
            for clock in list(self.open):
                self.end(clock.kind, t)
        elif kind == "reopened" and over:
            self.resolved = self.dropped = False
            self.begin("resolution")
        elif kind == "targets_changed":
            self.targets = event["targets"]
        elif kind == "calendar_changed":
            self.calendar = event["calendar"]

    def keep_in_touch(self, t):
        clock = self.running("keep_in_touch")
        if clock and not (clock.due is not None and clock.due < t):
            clock.spent, clock.due = 0, None
        else:
            self.end("keep_in_touch", t)
            self.begin("keep_in_touch")

    def show(self, t):
        """The rows of what is still open at the last minute."""
        for clock in self.open:
            if clock.due is not None and clock.due < t:
                self.rows.append(self.row(clock, "missed", clock.due, None))
            elif self.target(clock):
                still = clock.kind == "resolution" and self.paused
                due = None if still else self.look_ahead(clock, t)
                self.rows.append(self.row(clock, "paused" if still else "running", due, None))
        return sorted(self.rows)


def rows(events, *, targets, calendars, as_of):
    """(kind, number, state, due, met, minutes spent) of each instance; events name calendars by number."""
    first = events[0]["at"].astimezone(UTC)
    minutes = Minutes(first, first + 8 * DAY * MINUTE, calendars)
    ticket = Ticket(minutes, calendars, targets)
    waiting = list(events)
    for t in range(minutes.at(as_of) + 1):
        while waiting and minutes.at(waiting[0]["at"]) == t:
            ticket.apply(waiting.pop(0), t)
        for clock in ticket.open:
            if clock.due is None and ticket.is_due(clock):
                clock.due = t
        if t < minutes.at(as_of):
            for clock in ticket.open:
                if not (clock.kind == "resolution" and ticket.paused):
                    clock.spent += minutes.worked[ticket.calendar][t]
    return ticket.show(minutes.at(as_of))
