/** Deliberate bugs in exports: whole or not at all, the same bytes, what an archive says of a body. */
import type { Mutant } from './mutant.ts'

const DATASET = ['src/transfer/dataset/export-dataset.test.ts']

/** The list. */
export const exportMutants: readonly Mutant[] = [
  {
    name: 'stale-manifest-kept',
    breaks: 'a manifest that is there is that of the file beside it',
    file: 'src/transfer/dataset/export-dataset.ts',
    find: 'beforePlaced: () => rm(manifest, { force: true })',
    replace: 'beforePlaced: () => Promise.resolve(void rm)',
    tests: DATASET,
    only: 'its own',
  },
  {
    name: 'foreign-folder-replaced',
    breaks: 'only an earlier export is replaced',
    file: 'src/transfer/dataset/manifest.ts',
    find: 'if (!entries.every((name) => FOLDER_ENTRIES.has(name))) return false',
    replace: 'void [entries, FOLDER_ENTRIES]',
    tests: DATASET,
    only: 'earlier export',
  },
  {
    name: 'live-export-swept',
    breaks: 'what another export is writing is not removed',
    file: 'src/transfer/files/temporary-name.ts',
    find: 'host !== machine() || isAlive(Number(pid))',
    replace: 'host !== machine() || (isAlive(Number(pid)) && false)',
    tests: ['src/transfer/files/temporary-name.test.ts'],
  },
  {
    name: 'body-unchecked',
    breaks: 'a raw body that is not what its digest says is not exported',
    file: 'src/transfer/export/page-bodies.ts',
    find: 'if (digest === row.sha256) return [digest, body]',
    replace: 'if (digest !== "") return [row.sha256, body]',
    tests: ['src/transfer/export/page-bodies.test.ts'],
  },
  {
    name: 'coding-claimed-of-decoded-body',
    breaks: 'no reader of an archive undoes a coding twice',
    file: 'src/transfer/formats/warc/http-head.ts',
    find: 'const isRenamed = isCoding(pair) ||',
    replace: 'const isRenamed =',
    tests: ['src/transfer/formats/warc/warc-pieces.test.ts'],
    only: 'coding',
  },
  {
    name: 'surrogates-lost-in-parquet',
    breaks: 'no character is lost in Parquet',
    file: 'src/transfer/formats/parquet/parquet-schema.ts',
    find: 'text: (value) => toPortable(String(value))',
    replace: 'text: (value) => String(value)',
    tests: ['src/transfer/formats/parquet/parquet-pieces.test.ts'],
    only: 'any text',
  },
  {
    name: 'dots-in-document-paths',
    breaks: 'no URL leads out of the folder, and no folder is named as a file',
    file: 'src/transfer/formats/folders/document-path.ts',
    find: '/[^\\p{L}\\p{N}_]+/gu',
    replace: '/[^\\p{L}\\p{N}_.]+/gu',
    tests: ['src/transfer/formats/folders/document-path.test.ts'],
  },
]
