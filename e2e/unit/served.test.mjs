// What is served is the product and nothing for its tests.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const pages = new URL('../../pb_public/', import.meta.url)
const files = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.js') && !f.startsWith('vendor/'))
/** @param {string} f */
const read = f => readFileSync(new URL(f, pages), 'utf8')
const most = 140 // columns

test('there are pages to look at', () => assert.ok(files.length > 100, `${files.length} files`))

test(`no line of the pages is longer than ${most} columns, so that no logic hides; the words of a language may be`, () => {
  const long = files.filter(f => !f.startsWith('shared/words/') && f !== 'shared/templates.js') // words, too
    .flatMap(f => read(f).split('\n').flatMap((line, i) => (line.length > most ? [`${f}:${i + 1}: ${line.length}`] : [])))
  assert.deepEqual(long, [])
})

test('how long something is ago is measured by a clock that nobody sets', () => {
  assert.deepEqual(files.filter(f => /Date\.now\(\) - /.test(read(f))), [], 'performance.now() goes on where the clock of a machine is put right')
})

test('no page has a switch for the mistakes that tests put into a client', () => {
  const source = readFileSync(new URL('../sync/mistakes.mjs', import.meta.url), 'utf8')
  const names = [...source.matchAll(/@property \{boolean\} \[(\w+)\]/g)].map(m => m[1])
  assert.ok(names.includes('dropOnOK'), names.join())
  const switches = new RegExp(`\\b(${[...names, 'faults', 'seeded'].join('|')})\\b`)
  const found = files.filter(f => !f.startsWith('shared/words/'))
    .flatMap(f => read(f).split('\n').flatMap((line, i) => (switches.test(line) ? [`${f}:${i + 1}: ${line.trim()}`] : [])))
  assert.deepEqual(found, [])
})
