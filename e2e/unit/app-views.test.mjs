// What screens of the phone do when they are pressed: once, and without throwing anybody back.
import { listener, textOf, later, settle } from './page.mjs'
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { noCalls } from '../../pb_public/app/model/calls.js'

const { called } = await import('../../pb_public/app/views/called.js')
const { say } = await import('../../pb_public/app/views/answers.js')
const { edit } = await import('../../pb_public/app/views/edit.js')
const { handoverPage } = await import('../../pb_public/app/views/handover.js')
const { saveForm } = await import('../../pb_public/app/views/saving.js')
const { goal } = await import('../../pb_public/app/views/goal.js')
const { formOf: goalForm } = await import('../../pb_public/app/model/goals.js')
const { helpedGoals } = await import('../../pb_public/app/views/goals.js')
const { formOf } = await import('../../pb_public/app/model/editperson.js')

const ada = { id: 'ada', family_name: 'Ames', given_name: 'Ada' }
const handover = { id: 'h', patient: 'ada', class: 'R', state: 'sent', from_staff: 'nia', from_team: 'north', to_team: 'elm', situation: 'x' }

/** A phone that holds one person and one handover; what it records waits until the test says so. @param {string} id @param {Record<string, any>} forms */
function phone(id, forms) {
  const wait = later(), seen = { /** @type {any[]} */ recorded: [], /** @type {any[]} */ went: [] }
  const records = { patients: [ada], handovers: [handover], teams: [{ id: 'elm', name: 'Elm Surgery', kind: 'practice' }] }
  const app = { place: { id, query: new URLSearchParams(), name: '' }, here: '#/there', forms: new Map(Object.entries(forms)), drafts: { get: async () => null, put() {}, drop: async () => {} },
    me: { id: 'nia', teams: ['north'], view: 'clinical', role: 'district_nurse' }, now: () => Date.parse('2026-03-02T10:00:00Z'), newID: () => 'new', nameOf: () => 'Nia', redraw() {}, say() {}, rules: [], colleagues: [],
    get: (/** @type {'patients'} */ name, /** @type {string} */ of) => records[name]?.find(r => r.id === of), all: (/** @type {'patients'} */ name) => records[name] ?? [], seen: () => ({ values: ada }), syncStatus: () => ({ lastSynced: '2026-03-02T09:59:00Z' }),
    record: async (/** @type {any} */ ops) => { seen.recorded.push(ops); await wait.promise }, go: (/** @type {any[]} */ ...to) => { seen.went.push(to) } }
  return { app: /** @type {any} */ (app), seen, wait }
}

test('a second tap on Save records nothing more, and whoever went elsewhere meanwhile is told from where it was', async () => {
  const changed = formOf(ada)
  changed.text.phone = '01632 960200'
  const calls = noCalls()
  calls.to.answer = 'not_needed'
  const screens = /** @type {[string, any, string, Record<string, any>][]} */ ([
    ['a goal', goal, '', { 'goal:ada': { id: 'g', form: { ...goalForm(null, 'north'), words: 'My garden' }, seen: null, patient: 'ada', who: {}, dirty: true } }],
    ['details', edit, 'ada', { 'person:ada': { form: changed, seen: { values: ada }, who: {}, dirty: true } }],
    ['a call', called, 'h', { 'called:h': { calls, seen: null } }],
    ['a line', handoverPage, 'h', { 'handover:h': { kind: 'added', values: { text: 'It drains again.' } } }],
  ])
  for (const [what, screen, id, forms] of screens) {
    const { app, seen, wait } = phone(id, forms)
    if (!id) app.place.query.set('person', 'ada')
    const submit = () => listener(screen(app), (/** @type {string} */ before) => /@submit=$/.test(before))({ preventDefault() {}, currentTarget: { closest: () => null } })
    submit()
    submit()
    app.here = '#/elsewhere'
    wait.answer(undefined)
    await settle()
    await settle()
    assert.deepEqual([seen.recorded.length, seen.went.map(([, from]) => from)], [1, ['#/there']], `${what}: ${textOf(screen(app)).slice(0, 80)}`)
  }
})

test('whoever declines on the phone says what kind of reason it is, as at the inbox, and no line leaves without', async () => {
  const asked = { ...handover, from_staff: 'guy', from_team: 'elm', to_team: 'north' }, values = { text: 'We have no bladder scanner.' }
  const { app, seen, wait } = phone('h', { 'handover:h': { kind: 'declined', values } })
  app.get = (/** @type {string} */ name) => ({ handovers: asked, patients: ada })[name]
  const submit = () => listener(handoverPage(app), (/** @type {string} */ before) => /@submit=$/.test(before))({ preventDefault() {} })
  assert.match(textOf(handoverPage(app)), /What kind of reason is it\?[\s\S]*Another service should do it/)
  submit()
  assert.deepEqual(seen.recorded, [])
  assert.match(textOf(handoverPage(app)), /Choose what kind of reason it is/)
  Object.assign(values, { cause: 'other_service' })
  submit()
  wait.answer(undefined)
  await settle()
  assert.deepEqual(seen.recorded.map(([op]) => [op.set.kind, op.set.text, op.set.detail]), [['declined', values.text, { cause: 'other_service' }]])
})

test('a form that could not be recorded stays, and says why; recorded, it is gone with what belongs to it', async () => {
  const fails = [new Error('the disk is full'), null], dropped = /** @type {string[]} */ ([])
  const { app, seen } = phone('', { 'visit:v': {}, 'visit-of:ada': 'v' }), open = { saving: false, error: '' }
  Object.assign(app, { drafts: { drop: async (/** @type {string} */ key) => { dropped.push(key) } }, record: async () => { const e = fails.shift(); if (e) throw e } })
  const save = () => saveForm(app, 'visit:v', open, () => ({ ops: [/** @type {any} */ ({ op: 'create' })] }), { to: '#/today', along: 'visit-of:ada' })
  await save()
  assert.deepEqual([open.saving, Boolean(open.error), app.forms.size, dropped, seen.went], [false, true, 2, [], []])
  await save()
  assert.deepEqual([open.error, app.forms.size, dropped, seen.went], ['', 0, ['visit:v'], [['#/today', '#/there']]])
})

test('a second tap on “I have read it” records nothing more', async () => {
  const { app, seen, wait } = phone('h', {})
  const both = [say(app, handover, 'read'), say(app, handover, 'read')]
  wait.answer(undefined)
  await Promise.all(both)
  assert.deepEqual([seen.recorded.length, app.forms.size], [1, 0])
})

test('each step is marked as done by itself, and why one is not is said at its person alone', async () => {
  const { app, seen, wait } = phone('', {}), all = app.all, ben = { id: 'ben' }
  const held = { goals: [{ id: 'g', patient: 'ada', safe_words: 'Garden' }, { id: 'other', patient: 'ben', safe_words: 'Club' }],
    goal_steps: [{ id: 's1', patient: 'ada', goal: 'g', task: 'Rail' }, { id: 's2', patient: 'ada', goal: 'g', task: 'Walk' }] }
  app.all = (/** @type {'goals'} */ name) => held[name] ?? all(name)
  const press = (/** @type {string} */ step) => listener(helpedGoals(app, ada), (before, t) => /@click=$/.test(before) && textOf(t).includes(`done: ${step}`))()
  for (const step of ['Rail', 'Rail', 'Walk']) press(step)
  assert.deepEqual(seen.recorded.map(([op]) => op.id), ['s1', 's2'])
  wait.answer(Promise.reject(new Error('no room')))
  await settle()
  assert.match(textOf(helpedGoals(app, ada)), /role="alert"/)
  assert.doesNotMatch(textOf(helpedGoals(app, ben)), /role="alert"/)
})

test('every form of the phone that records is deaf while it records', () => {
  const folder = new URL('../../pb_public/app/views/', import.meta.url), recording = readdirSync(folder).map(name => [name, readFileSync(new URL(name, folder), 'utf8')]).filter(([, text]) => /await app\.record\(/.test(text))
  assert.ok(recording.length >= 5)
  for (const [name, text] of recording) assert.match(text, /if \((open|app\.forms\.get\(key\)\?)\.saving\) return/, name)
})
