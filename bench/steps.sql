-- %(first)s to %(last)s: open tickets with one clock. A hundred are due every hour from the first moment on; those
-- after the ten thousandth long after them, one each second.
CREATE TEMPORARY TABLE made ON COMMIT PRESERVE ROWS AS
SELECT
    n,
    ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
    %(due_at)s::timestamptz + CASE
        WHEN n <= %(few)s THEN make_interval(hours => (n - 1) / 100)
        ELSE %(later)s + make_interval(secs => n)
    END AS due_at
FROM generate_series(%(first)s::int, %(last)s::int) AS n;

INSERT INTO helpdesk_ticket (
    id, reference, queue_id, kind, category, status, priority, language, summary, opened_at, changed_at, due_at,
    is_screened, turn
)
SELECT
    id, upper(lpad(to_hex(n), 8, '0')) || '-0', %(queue)s, 'appeal', '', 'new', 3, 'en', '', due_at - %(target)s,
    due_at - %(target)s, due_at, true, 1
FROM made;

INSERT INTO helpdesk_clock (id, ticket_id, queue_id, kind, instance, run, state, due_at, spent, row_id, next_step_at)
SELECT id, id, %(queue)s, 'resolution', 1, 1, 'running', due_at, '0', %(row)s, due_at
FROM made;

INSERT INTO journal_event (subject_kind, subject_id, number, code, "values", actor_kind, at, hash)
SELECT 'ticket', id, 1, 'opened', jsonb_build_object('row', %(row)s::text, 'calendar', NULL), 'system',
    due_at - %(target)s, ''
FROM made;

INSERT INTO journal_chain (subject_kind, subject_id, last_number, last_hash)
SELECT 'ticket', id, 1, ''
FROM made;

DROP TABLE made
