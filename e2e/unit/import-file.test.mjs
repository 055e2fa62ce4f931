// A file that is taken in at the desk: what is sent, and what the answers come to.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { base64, columnOf, columns, Report, tableOf } from '../../pb_public/desk/import-file.js'
import { desk } from '../../pb_public/shared/words/en-GB-desk.js'

test('a file of any size and content is sent as it is', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7 % 256)
  assert.deepEqual(new Uint8Array(Buffer.from(base64(bytes), 'base64')), bytes)
})

test('the report adds up over the parts of a file, and is whole only when all is in', () => {
  const r = new Report()
  r.add({ lines: [{ where: 'line 2', outcome: 'created' }, { where: 'line 3', outcome: 'refused', reason: 'nhs_number: mistyped' }], more: true })
  assert.equal(r.whole, false)
  r.add({ lines: [{ where: 'line 4', outcome: 'created', notes: ['look'] }, { where: 'line 5', outcome: 'differs' }, { where: 'line 6', outcome: 'updated' }], more: false })
  assert.deepEqual([r.rows, r.counts, r.look.map(l => l.where)], [5, { created: 2, refused: 1, differs: 1, updated: 1 }, ['line 3', 'line 4', 'line 5']])
  r.mended(r.look[0], { where: 'line 2', outcome: 'refused', reason: 'phone: too long' })
  assert.deepEqual([r.look[0].where, r.look[0].reason, r.counts.refused, r.whole], ['line 3', 'phone: too long', 1, false])
  r.mended(r.look[0], { where: 'line 2', outcome: 'created' })
  assert.deepEqual([r.counts, r.look.map(l => l.where), r.whole], [{ created: 3, refused: 0, differs: 1, updated: 1 }, ['line 4', 'line 5'], true])
  r.add({ lines: [], more: false, missing: ['page 2'] })
  assert.equal(r.whole, false)
})

test('a mended row is a table of its own, whatever is typed', () => {
  assert.equal(tableOf('people', { nhs_number: '9990000018', family_name: 'O"Madeup, A', phone: ' ', strange: 'x' }), 'nhs_number,family_name\n"9990000018","O""Madeup, A"\n')
  assert.equal(tableOf('directory', {}), 'ods_code,name\n"",""\n')
  assert.equal(tableOf('plan', { days: 'Mon', from: '08:00' }), 'days,from,to,minutes\n"Mon","08:00","",""\n')
})

test('what a row is refused for is shown at its field', () => {
  assert.deepEqual(['nhs_number, rule "length": ten', 'family_name: too long', 'a name is missing'].map(reason => columnOf({ where: '', outcome: 'refused', reason })),
    ['nhs_number', 'family_name', ''])
})

test('every column that is understood can be mended, and has a name', () => {
  for (const [kind, file] of /** @type {const} */ ([['people', 'people'], ['plan', 'plan_row']])) {
    const go = readFileSync(new URL(`../../internal/importer/${file}.go`, import.meta.url), 'utf8')
    const known = [.../required: \[\]string\{(.*?)\},\s*optional: \[\]string\{(.*?)\},\s*called/s.exec(go)?.slice(1).join(',').matchAll(/"(\w+)"/g) ?? []].map(m => m[1])
    assert.deepEqual([...columns[kind]].sort(), known.sort())
  }
  for (const column of Object.values(columns).flat()) assert.ok(/** @type {Record<string, string>} */ (desk.imports.columns)[column], column)
})
