// What the pages say: gaps are filled, numbers take the right form, unknown codes are still shown.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { count, fill, inOrder, word, words } from '../../pb_public/shared/ui/words.js'
import { desk } from '../../pb_public/shared/words/en-GB-desk.js'
import { account, administration, setup } from '../../pb_public/shared/words/en-GB-setup.js'
import { board } from '../../pb_public/shared/words/en-GB-board.js'
import { declined } from '../../pb_public/shared/words/en-GB-declined.js'
import { footer, screens, unreadable, unsaid999 } from '../../pb_public/shared/words/en-GB-screens.js'
import { practice } from '../../pb_public/shared/words/en-GB-practice.js'

test('a gap without a value stays visible', () => {
  assert.equal(fill('{n} visits not sent, last at {time}', { n: 3 }), '3 visits not sent, last at {time}')
})

test('one and others, by the rules of the language', () => {
  const forms = { one: '1 visit not sent', other: '{n} visits not sent' }
  assert.deepEqual([0, 1, 2].map(n => count(n, forms)), ['0 visits not sent', '1 visit not sent', '2 visits not sent'])
})

test('a code of a newer server is shown as it is, made readable', () => {
  assert.equal(word(words.common.states, 'acknowledged'), 'Received')
  assert.equal(word(words.common.states, 'sent_by_pigeon'), 'sent by pigeon')
  assert.equal(word(words.common.states, null), '')
})

test('whatever a team does has a word wherever a team is chosen', () => {
  const kinds = (readFileSync(new URL('../../internal/care/directory.go', import.meta.url), 'utf8').match(/TeamKinds\s*=\s*\[\]string\{(.*)\}/)?.[1] ?? '').replace('VoluntaryKind', '"voluntary"').match(/\w+/g)?.sort()
  assert.ok((kinds?.length ?? 0) > 5)
  for (const table of [practice.form.hand_on.kinds, setup.teamKinds]) assert.deepEqual(Object.keys(table).sort(), kinds)
})

test('every reason that can be chosen for a decline has a word, and no word is left over', () => {
  const causes = readFileSync(new URL('../../internal/care/handing.go', import.meta.url), 'utf8').match(/DeclineCauses = \[\]string\{(.*)\}/)?.[1]?.match(/\w+/g)
  assert.ok((causes?.length ?? 0) > 3)
  assert.deepEqual(Object.keys(declined).sort(), causes?.sort())
})

test('names are put in the order of the language, whatever accents they carry', () => {
  assert.deepEqual(['Zoe', 'Éva', 'adam', 'Ewan'].sort(inOrder), ['adam', 'Éva', 'Ewan', 'Zoe'])
})

test('what counts has a form for every way in which the language counts', () => {
  const ways = new Intl.PluralRules(words.locale).resolvedOptions().pluralCategories.sort()
  /** @type {string[]} */ const found = []
  const look = (/** @type {any} */ table, path = '') => {
    if (typeof table !== 'object' || table === null) return
    if (typeof table.other === 'string' && typeof table.one === 'string') {
      found.push(path)
      assert.deepEqual(Object.keys(table).sort(), ways, path)
    } else for (const [name, below] of Object.entries(table)) look(below, `${path}.${name}`)
  }
  look({ ...words, board, declined, footer, screens, unreadable, unsaid999, desk, practice, account, administration, setup })
  assert.ok(found.length > 20, `${found.length} of them found`)
})

test('pages say in which language they are before any script has come, and no script names a language but the words', () => {
  const pages = new URL('../../pb_public/', import.meta.url)
  const files = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter(f => !f.startsWith('vendor/'))
  const read = (/** @type {string} */ f) => readFileSync(new URL(f, pages), 'utf8')
  const html = files.filter(f => f.endsWith('.html'))
  assert.ok(html.length >= 4, html.join())
  for (const f of html) assert.match(read(f), new RegExp(`<html lang="${words.locale}"`), f)
  assert.equal(JSON.parse(read('app/manifest.webmanifest')).lang, words.locale)
  const named = files.filter(f => f.endsWith('.js') && !f.startsWith('shared/words/') && /['"]en\b|localeCompare|toLocale/.test(read(f)))
  assert.deepEqual(named, [])
})

// The rows of a table of codes in Go: the word on the wire, and what else the row says.
const tableOf = (/** @type {string} */ file, /** @type {RegExp} */ row) => {
  const source = readFileSync(new URL(`../../internal/${file}`, import.meta.url), 'utf8')
  const names = new Map([...source.matchAll(/^\t(Code\w+)\s+(?:Code )?\s*= "(\w+)"/gm)].map(m => [m[1], m[2]]))
  const rows = [...source.matchAll(row)].map(m => ({ code: names.get(m[1]) ?? m[1], ...m.groups }))
  assert.equal(rows.length, names.size, `${file}: each code has a row`)
  return /** @type {any[]} */ (rows)
}

test('a nurse is told in plain words whatever the server answers that the phone cannot put right by itself', () => {
  const rows = tableOf('wire/codes.go', /^\t\{(Code\w+), \d+, Retry(?<retry>\w+), ".*?", "(?<on>.*?)", /gm)
  const met = rows.filter(r => r.on !== '' && ['Never', 'Later'].includes(r.retry)).map(r => r.code)
  assert.ok(met.length > 10, met.join())
  assert.deepEqual(Object.keys(words.app.server).sort(), met.sort())
})

test('a lead is told in plain words why a change was held back, whatever the reason', () => {
  const whole = tableOf('care/issue_codes.go', /^\t\{(Code\w+), (?<whole>true|false), /gm).filter(r => r.whole === 'true').map(r => r.code)
  assert.ok(whole.length > 10, whole.join())
  assert.deepEqual(Object.keys(desk.heldBack.advice).sort(), whole.sort())
})

test('phones keep the words of the app and of nobody else', () => {
  // The same names of sections as the files have: what a page shows is one lookup away, and nothing is there twice.
  assert.deepEqual(Object.keys(words), ['locale', 'common', 'app'])
  assert.ok(desk.title && practice.title)
})
