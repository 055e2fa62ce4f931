// No logic hides past the right edge of an editor.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const pages = new URL('../../pb_public/', import.meta.url)
const most = 140 // columns

test(`no line of the pages is longer than ${most} columns; the words of a language may be`, () => {
  const files = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.js') && !/^(vendor|shared\/words)\//.test(f))
  assert.ok(files.length > 100, `${files.length} files found`)
  const long = files.flatMap(f => readFileSync(new URL(f, pages), 'utf8').split('\n').flatMap((line, i) => (line.length > most ? [`${f}:${i + 1}: ${line.length}`] : [])))
  assert.deepEqual(long, [])
})
