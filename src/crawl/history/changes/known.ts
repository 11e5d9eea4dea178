/** What a source knows of its URLs, in the order of their keys: what an incremental run looks at again. */
import { command, query } from '../../../store/index.ts'
import { isPost } from '../document.ts'

/*
 * The newest answer that said something, and the newest of all. A URL is left out when it is gone, or was never
 * anything but missing; whoever links to it brings it back. So is a post that an API tells of.
 */
const lastChange = `(SELECT newest.change FROM pages AS newest WHERE newest.source = :source
  AND newest.url_key = known.url_key AND newest.change IS NOT NULL ORDER BY newest.position DESC LIMIT 1)`
const lastStatus = `(SELECT newest.status FROM pages AS newest WHERE newest.source = :source
  AND newest.url_key = known.url_key ORDER BY newest.position DESC LIMIT 1)`

/* The depth of the newest run that met it: the priority of its job. */
const lastDepth = `(SELECT jobs.priority FROM pages AS newest JOIN jobs ON jobs.run = newest.run
    AND jobs.kind = :kind AND jobs.unique_key = newest.url_key
  WHERE newest.source = :source AND newest.url_key = known.url_key ORDER BY newest.position DESC LIMIT 1)`

/**
 * The next `limit` URLs of a source after a key, with the depth each had last (0 where no job tells) and whether it is
 * to be looked at again. Walks pages_source, and asks it for the newest of each.
 */
export const knownUrls = query({
  name: 'pages.known',
  params: { source: 'text', kind: 'text', after: 'text', limit: 'int' },
  gives: { urlKey: 'text', depth: 'int', isRecalled: 'bool' },
  sql: `SELECT known.url_key, coalesce(${lastDepth}, 0),
      coalesce(${lastChange} <> 'gone', ${lastStatus} NOT IN (404, 410))
        AND NOT ${isPost(':source', 'known.url_key')}
    FROM (SELECT DISTINCT url_key FROM pages WHERE source = :source AND url_key > :after AND in_time()
      ORDER BY url_key LIMIT :limit) AS known ORDER BY known.url_key`,
})

/**
 * Of the URLs given, those whose newest answer had a document and came after `since`: key and when it came. Served by
 * pages_source.
 */
export const freshUrls = query({
  name: 'pages.fresh',
  params: { source: 'text', run: 'text', urls: 'json', since: 'time' },
  gives: { urlKey: 'text', fetchedAt: 'time' },
  sql: `SELECT page.url_key, page.fetched_at FROM json_each(:urls) AS wanted JOIN pages AS page ON page.id = (
      SELECT newest.id FROM pages AS newest WHERE newest.source = :source AND newest.url_key = wanted.value
        AND newest.run <> :run ORDER BY newest.position DESC LIMIT 1)
    WHERE page.document IS NOT NULL AND page.fetched_at > :since AND in_time()`,
})

/** What marks the input of a job that was settled without asking. */
export const UNASKED = { unasked: true } as const

/** Counts the jobs that this unit settled without asking as unchanged pages. */
export const countUnasked = command({
  name: 'runs.countUnasked',
  params: { run: 'text', kind: 'text' },
  statements: [
    {
      // changes holds just the rows this unit wrote so far.
      sql: `UPDATE runs SET pages_unchanged = pages_unchanged + settled.count,
          pages_unasked = pages_unasked + settled.count, position = :position
        FROM (SELECT count(*) AS count FROM changes JOIN jobs ON jobs.id = changes.id
          WHERE changes.position = :position AND changes.noun = 'job' AND jobs.run = :run AND jobs.kind = :kind
            AND jobs.state = 'completed' AND jobs.input ->> 'unasked' IS NOT NULL) AS settled
        WHERE runs.id = :run AND settled.count > 0`,
      changes: { noun: 'run', op: 'put', id: 'run' },
    },
  ],
})
