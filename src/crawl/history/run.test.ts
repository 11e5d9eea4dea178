/** Runs as rows: which changes of state are possible, and how they are listed and summed up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cancelRun, endRun, getRun, listRuns, resumeRun, type RunState } from './run.ts'
import { summarizeRun } from './summary.ts'
import { openCrawls } from '../testing/fixture.ts'
import { pageOf, servePlot } from '../testing/plot.ts'

const limits = { maxPages: 3, maxDepth: null, maxTimeMs: null }

test('a run ends once, and only an unfinished one is cancelled or taken up again', async (t) => {
  const site = await servePlot(t, () => pageOf('page'))
  const { crawl, store } = await openCrawls(t)
  const { run: id } = await crawl(`${site.url}/`)
  const state = async () => (await store.read(getRun({ id })))[0]?.state as RunState
  const end = endRun({ id, state: 'stopped', reason: 'test', process: store.process })
  const resume = resumeRun({ id, limits })
  const cancel = cancelRun({ id })
  const steps = [
    { does: end, changed: 0, state: 'completed' },
    { does: cancel, changed: 0, state: 'completed' },
    { does: resume, changed: 1, state: 'running' },
    { does: end, changed: 1, state: 'stopped' },
    { does: end, changed: 0, state: 'stopped' },
    { does: resume, changed: 1, state: 'running' },
    { does: cancel, changed: 1, state: 'cancelled' },
    { does: resume, changed: 0, state: 'cancelled' },
    { does: end, changed: 0, state: 'cancelled' },
  ] as const
  for (const [step, { does, changed, state: expected }] of steps.entries()) {
    const { results } = await store.commit({ commands: [does] })
    assert.deepEqual([step, results[0].changed, await state()], [step, changed, expected])
  }
  const [row] = await store.read(getRun({ id }))
  assert.deepEqual([row?.limits, row?.reason], [limits, 'cancelled by its user'])
  assert.ok((row?.finishedAt ?? 0) >= (row?.startedAt ?? Infinity))
})

test('a run is not ended while another process works on it', async (t) => {
  const held = Promise.withResolvers<void>()
  const site = await servePlot(t, () => {
    held.resolve()
    return null
  })
  const { start, openAgain } = await openCrawls(t)
  const crawl = await start(`${site.url}/`)
  await held.promise
  const { store } = await openAgain()
  const end = { id: crawl.run.id, state: 'stopped', reason: null }
  const { results } = await store.commit({ commands: [endRun({ ...end, process: store.process })] })
  assert.equal(results[0].changed, 0)
  crawl.abort('SIGINT')
  assert.equal((await crawl.ended).state, 'stopped')
})

test('runs are listed newest first, a page at a time, with their seeds and rules', async (t) => {
  const site = await servePlot(t, () => pageOf('page'))
  const { crawl, store } = await openCrawls(t)
  const runs = [
    await crawl(`${site.url}/1`, { include: ['/a*'], exclude: ['/b'] }),
    await crawl(`${site.url}/2`),
    await crawl(`${site.url}/3`),
  ].map(({ run }) => run)
  const newest = await store.read(listRuns({ before: '~', limit: 2 }))
  assert.deepEqual(
    newest.map(({ id }) => id),
    [runs[2], runs[1]],
  )
  const rest = await store.read(listRuns({ before: runs[1] ?? '', limit: 2 }))
  assert.deepEqual(
    rest.map(({ id, seeds, rules, state, pages }) => ({ id, seeds, rules, state, pages })),
    [
      {
        id: runs[0],
        seeds: [`${site.url}/1`],
        rules: { include: ['/a*'], exclude: ['/b'] },
        state: 'completed',
        pages: 1,
      },
    ],
  )
})

test('the summary of a run that is not there says so', async (t) => {
  const { store } = await openCrawls(t)
  await assert.rejects(summarizeRun(store, 'nothing'), { code: 'NotFound', message: /got "nothing"/ })
})
