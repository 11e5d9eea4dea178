/** test/wordpress: a fake WordPress site on loopback, with the habits of the real one and room for worse. */
export { failure } from './answer.ts'
export type { FakeAnswer } from './answer.ts'
export { makeContent } from './content.ts'
export type { Amounts, FakeContent, FakePost } from './content.ts'
export { serveWordpress } from './serve.ts'
export type { FakeOptions, FakeRequest, FakeSite } from './serve.ts'
