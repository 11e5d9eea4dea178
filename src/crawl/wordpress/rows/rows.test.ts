/** What a site says twice in one answer is kept once, as it said it last. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCrawls } from '../../testing/fixture.ts'
import { entitiesOf, keepEntities, keepItems, knownItems } from './index.ts'

const PLACE = { source: 's', collection: 'https://site.test/wp-json/wp/v2/users' }

const AT = '2024-05-01T10:00:00'

function named(name: string) {
  return { wpId: 7, name, slug: null, link: null }
}

function item(sha256: string) {
  return { wpId: 1, urlKey: 'https://site.test/a', date: AT, modified: AT, sha256, author: 0, media: 0 }
}

test('an author who is named twice in a list has the later name', async (t) => {
  const { store } = await openCrawls(t)
  await store.commit({
    commands: [keepEntities({ ...PLACE, kind: 'users' }, [named('Ada'), named('Grace')])],
  })
  const wanted = [[PLACE.collection, 7]]
  assert.deepEqual(await store.read(entitiesOf({ source: 's', wanted })), [
    { collection: PLACE.collection, wpId: 7, name: 'Grace' },
  ])
})

test('a post that is listed twice is one item', async (t) => {
  const { store } = await openCrawls(t)
  await store.commit({
    commands: [keepItems({ ...PLACE, run: 'r', pass: null }, [item('one'), item('other')])],
  })
  const known = await store.read(knownItems({ ...PLACE, ids: [1], links: [] }))
  assert.deepEqual(
    known.map(({ wpId, sha256, goneAt }) => [wpId, sha256, goneAt]),
    [[1, 'other', null]],
  )
})
