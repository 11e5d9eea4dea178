/** A read that nothing can stop. */
import { query } from '../../declare.ts'

/** Runs for about a second on any machine of these years, and can not be interrupted meanwhile. */
export const hang = query({
  name: 'testing.hang',
  params: {},
  gives: { count: 'int' },
  sql: `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 6000000)
    SELECT count(*) FROM numbers`,
})
