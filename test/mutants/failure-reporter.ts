/** A test reporter that prints one JSON line for each test that failed, and one for the sum: what `runTests` reads. */
import type { TestEvent } from 'node:test/reporters'

/** A line of this reporter. */
export type ReportLine =
  | {
      readonly failed: string
      readonly file: string
      readonly message: string
      readonly timedOutAfterMs: number | null
    }
  | { readonly passed: number }

/** The reporter. Suites that fail only because a test in them failed are left out. */
export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0
  for await (const { type, data } of source) {
    if (type === 'test:pass' && data.details.type !== 'suite') passed++
    if (type !== 'test:fail') continue
    const { failureType, message } = data.details.error as Error & { readonly failureType?: string }
    if (failureType === 'subtestsFailed' || failureType === 'cancelledByParent') continue
    const after = failureType === 'testTimeoutFailure' ? Number(/\d+/.exec(message)?.[0]) : null
    yield lineOf({ failed: data.name, file: data.file ?? '', message, timedOutAfterMs: after })
  }
  yield lineOf({ passed })
}

function lineOf(line: ReportLine): string {
  return `${JSON.stringify(line)}\n`
}
