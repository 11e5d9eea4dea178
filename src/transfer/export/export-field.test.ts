/** Whoever gets a dataset is told what each of its fields means. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportFields } from './export-field.ts'
import { EXPORT_SHAPES, type ExportKind } from './export-line.ts'

const kinds = Object.keys(EXPORT_SHAPES) as ExportKind[]

test('every field that is exported says what it means', () => {
  for (const kind of kinds)
    for (const { name, meaning } of exportFields(kind)) assert.notEqual(meaning, '', `${kind}.${name}`)
})

test('a field has the type of its column; what may be missing says so', () => {
  const fields = exportFields('documents')
  const typeOf = (name: string) => {
    const field = fields.find((field) => field.name === name)
    return `${field?.type}${field?.isNullable === true ? '?' : ''}`
  }
  assert.deepEqual(
    ['title', 'language', 'publishedAt', 'fetchedAt', 'needsJavascript', 'authors', 'metadata'].map(typeOf),
    ['text', 'text?', 'time?', 'time', 'boolean', 'list', 'json'],
  )
})
