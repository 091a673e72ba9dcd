-- %(first)s to %(last)s: open tickets, one every eight seconds back from now, a quarter of them late.
-- Forty belong to the moderator who looks; what else is taken belongs to a colleague.
INSERT INTO helpdesk_ticket (
    id, reference, queue_id, kind, category, status, priority, language, summary, assignee_id, opened_at,
    changed_at, due_at, is_screened, turn
)
SELECT
    uuidv7(-age),
    substr(hex, 1, 4) || '-' || substr(hex, 5, 4) || '-0',
    (%(queues)s::uuid[])[queue],
    (%(kinds)s::text[])[queue],
    'category_' || n %% 17,
    CASE WHEN n %% 10 < 6 THEN 'new' WHEN n %% 10 < 8 THEN 'open' ELSE 'waiting' END,
    CASE WHEN n %% 100 = 7 THEN 1 WHEN n %% 10 = 3 THEN 2 WHEN n %% 10 = 4 THEN 4 ELSE 3 END,
    (ARRAY['en', 'ru', 'fa', 'uk', 'ar', 'es'])[1 + n %% 6],
    'VIDEO_REMOVED ACCOUNT_SUSPENDED ' || n,
    CASE WHEN n %% 10 IN (6, 7) THEN (%(people)s::uuid[])[CASE WHEN n <= 200 THEN 1 ELSE 2 END] END,
    now() - age,
    now() - age,
    now() + make_interval(secs => n::bigint * 7919 %% 604800 - 151200),
    true,
    1
FROM generate_series(%(first)s::int, %(last)s::int) AS n,
    LATERAL (SELECT
        make_interval(secs => n * 8) AS age,
        upper(lpad(to_hex(n), 8, '0')) AS hex,
        CASE WHEN n %% 10 < 8 THEN 1 WHEN n %% 10 < 9 THEN 2 ELSE 3 END AS queue
    ) AS made;

-- Thirty words for each, out of fifty thousand of which few are frequent, and one of its own: `code-n`.
INSERT INTO helpdesk_searchtext (version, ticket_id, tokens)
SELECT
    %(version)s,
    ticket.id,
    texts.tokens || array_to_tsvector(
        ARRAY['queue:' || ticket.queue_id, 'code-' || split_part(ticket.summary, ' ', 3)]
    )
FROM helpdesk_ticket AS ticket
JOIN (
    SELECT number, array_to_tsvector(array_agg(DISTINCT 'w' || floor(50000 * random() ^ 3)::int)) AS tokens
    FROM generate_series(0, 9999) AS number, generate_series(1, 30)
    GROUP BY number
) AS texts ON texts.number = split_part(ticket.summary, ' ', 3)::int %% 10000
WHERE split_part(ticket.summary, ' ', 3)::int BETWEEN %(first)s AND %(last)s;
