/** Dead jobs that are sent again: the next crawl of their source works on them, whichever run they are of. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areDead, deadLetters, redriveJobs } from '../../../jobs/index.ts'
import type { Store } from '../../../store/index.ts'
import { handClock, hurried, openCrawls } from '../../testing/fixture.ts'
import { jobsOf, pagesOf } from '../../testing/look.ts'
import { pageOf, servePlot } from '../../testing/plot.ts'
import { cancelRun, getRun, runCanGoOn, runWithSource, takeUpRun } from '../index.ts'

/** A site whose page '/bad' drops the connection until it is mended. */
async function openSite(t: Parameters<typeof servePlot>[0]) {
  const state = { isBroken: true }
  const site = await servePlot(t, ({ path, request }) => {
    if (path !== '/bad') return pageOf(path, ['/bad', '/good'])
    if (!state.isBroken) return pageOf('mended', ['/beyond'])
    request.socket.destroy()
    return null
  })
  const clock = handClock()
  const opened = await openCrawls(t, clock)
  const { crawl, bus } = opened
  const onEnd = hurried(clock, bus)
  return { site, state, ...opened, crawlAll: (given = {}) => crawl(`${site.url}/`, { onEnd, ...given }) }
}

async function redrive(store: Store, run: string): Promise<void> {
  const any = { kind: '', codes: null, afterRun: '~', afterId: '~', limit: 100 }
  const ids = (await store.read(deadLetters({ run, ...any }))).map(({ id }) => id)
  await store.commit({
    commands: [redriveJobs({ run, ids }), takeUpRun({ id: run, failed: ids.length })],
    guards: [areDead({ run, ids }), runCanGoOn({ id: run })],
  })
}

const stateOf = async (store: Store, run: string) => (await store.read(getRun({ id: run })))[0]

test('a redriven page of a completed run is fetched by the next crawl of the source, and what it links to', async (t) => {
  const { site, state, store, crawlAll } = await openSite(t)
  const first = await crawlAll()
  assert.deepEqual([first.summary.state, first.summary.failed, site.asked('/bad')], ['completed', 1, 4])
  await redrive(store, first.run)
  const stopped = await stateOf(store, first.run)
  assert.deepEqual([stopped?.state, stopped?.reason, stopped?.failed], ['stopped', 'dead letters', 0])
  state.isBroken = false
  const again = await crawlAll()
  assert.deepEqual(
    [again.run, again.isNew, again.summary.state, again.summary.failed],
    [first.run, false, 'completed', 0],
  )
  const urls = (await pagesOf(store, first.run)).map(({ url }) => url).toSorted()
  assert.deepEqual(
    urls,
    ['/', '/bad', '/beyond', '/good'].map((path) => site.url + path),
  )
  assert.equal(site.asked('/good'), 1, 'nothing is fetched twice')
})

test('a redriven page of an older run is not left behind by the newer ones', async (t) => {
  const { state, store, crawlAll } = await openSite(t)
  const older = await crawlAll()
  state.isBroken = false
  const newer = await crawlAll()
  assert.notEqual(newer.run, older.run)
  await redrive(store, older.run)
  const again = await crawlAll()
  assert.deepEqual([again.run, again.summary.state], [older.run, 'completed'])
  assert.ok((await jobsOf(store, older.run)).every((job) => job.state === 'completed'))
})

test('while another run of the source is unfinished, and when the run was cancelled, its jobs stay dead', async (t) => {
  const { store, crawlAll } = await openSite(t)
  const older = await crawlAll()
  const newer = await crawlAll({ maxPages: 1 })
  assert.equal((await store.read(runWithSource({ id: older.run })))[0]?.unfinished, newer.run)
  await assert.rejects(redrive(store, older.run), { code: 'GuardFailed' })
  await store.commit({ commands: [cancelRun({ id: newer.run })] })
  await redrive(store, older.run)
  await store.commit({ commands: [cancelRun({ id: older.run })] })
  await assert.rejects(redrive(store, older.run), { code: 'GuardFailed' })
})
