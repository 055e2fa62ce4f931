// What views of the desk do with what the server answers: nothing typed is lost, and what is said is true.
import { deskOf, later, listener, offline, refusal, settle, textOf } from './page.mjs'
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const { undelivered } = await import('../../pb_public/desk/views/undelivered.js')
const { routes } = await import('../../pb_public/desk/views/routes.js')
const { caseload } = await import('../../pb_public/desk/views/caseload.js')
const { cover } = await import('../../pb_public/desk/views/cover.js')
const { handover } = await import('../../pb_public/desk/views/handover.js')
const { leaver } = await import('../../pb_public/desk/views/leaver.js')
const { imports } = await import('../../pb_public/desk/views/imports.js')
const { SignInCode } = await import('../../pb_public/desk/signin.js')
const { plan } = await import('../../pb_public/desk/views/plan.js')
const { fieldInput } = await import('../../pb_public/desk/values.js')
const { merge } = await import('../../pb_public/desk/views/merge.js')
const { account } = await import('../../pb_public/desk/views/accounts.js')
const { template } = await import('../../pb_public/desk/views/templates.js')
const { register } = await import('../../pb_public/desk/views/register.js')
const { views } = await import('../../pb_public/desk/views/index.js')
const { PracticeSearch } = await import('../../pb_public/desk/practice-search.js')
const { SetUpForm } = await import('../../pb_public/desk/set-up-form.js')

const cannot = /The server cannot be reached/

test('what was refused while the server cannot be reached is said', async () => {
  const one = { desk: deskOf({ 'POST /deliveries/d/again': offline(), 'GET /deliveries': offline() }), press: view => view.chase({ id: 'd' }, 'again') }
  const two = { desk: deskOf({ 'POST /routes/r/test': offline(), 'GET /organisations': offline(), 'GET /teams/north/routes': offline() }), press: view => view.act({ id: 'r' }, 'test', () => {}) }
  for (const [what, open, { desk: { desk, seen }, press }] of [['a delivery', undelivered, one], ['a way', routes, two]]) {
    const view = open(desk, ['trust', 'north'])
    await press(view)
    assert.match(textOf(view.draw()), cannot, what)
    assert.ok(seen.drawn > 1, what)
  }
})

test('what was done is said as done, though the page cannot be read again', async () => {
  const { desk, seen } = deskOf({ 'POST /caseload/move': { people: 1, purges: { people: 0 }, backfills: { people: 0 }, not_there: [] } }, { role: 'lead' })
  const lists = [{ items: [{ id: 'row', patient: { id: 'ames', family_name: 'Ames' }, state: 'now' }], more: false }]
  Object.assign(desk, { staff: async () => [], ownTeams: async () => [{ id: 'south', name: 'South', kind: 'nursing' }],
    all: async () => lists.shift() ?? Promise.reject(offline()) })
  desk.teams = desk.ownTeams
  const view = caseload(desk, ['team', 'north'])
  await view.load()
  fieldOf(view.draw(), 'case-all')({ target: { checked: true } })
  fieldOf(view.draw(), 'move-to')({ target: { value: 'team:south' } })
  await submitOf(view.draw())({ preventDefault() {} })
  assert.doesNotMatch(textOf(view.draw()), cannot)
  assert.match(seen.said[0], /South/)
})

test('whose people are covered is whose were chosen last, and a list that was not read is not an empty one', async () => {
  const { desk } = deskOf({}, { role: 'team_lead' }), member = (/** @type {string} */ id) => ({ id, name: id, role: 'support_worker', teams: [] })
  const slow = later(), row = (/** @type {string} */ id) => ({ items: [{ patient: { id, family_name: id }, state: 'now' }] })
  Object.assign(desk, { staff: async () => [member('ann'), member('bob'), member('cid')], teams: async () => [], ownTeams: async () => [],
    all: async (/** @type {string} */ path) => (path.endsWith('ann') ? slow.promise : path.endsWith('bob') ? row('birch') : { items: [] }) })
  const view = cover(desk, [])
  await view.load()
  const first = view.from('staff:ann')
  assert.doesNotMatch(textOf(view.draw()), /They have nobody/, 'it is still read')
  await view.from('staff:bob')
  slow.answer(row('ames'))
  await first
  assert.deepEqual(view.body().patients, ['birch'])
  assert.doesNotMatch(textOf(view.draw()), /AMES/)
  await view.from('staff:cid')
  assert.match(textOf(view.draw()), /They have nobody/)
})

test('names are read again after a minute, also where the clock of the machine was set back meanwhile', async t => {
  const { desk } = deskOf({})
  let ticks = 0, reads = 0
  t.mock.method(performance, 'now', () => ticks)
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-03-02T10:00:00Z') })
  Object.assign(desk.session, { send: async () => { reads++; return { items: [] } } })
  await desk.teams()
  await desk.teams()
  t.mock.timers.setTime(Date.parse('2026-03-01T10:00:00Z'))
  ticks = 61_000
  await desk.teams()
  assert.equal(reads, 2)
})

test('a cover that began is said to have begun, and that no code could be made for it is said too', async () => {
  const effects = { people: 1, not_there: [], purges: { people: 0 }, backfills: { people: 0 } }
  const { desk, seen } = deskOf({ 'GET /caseload?patient=ames': { items: [{ patient: { id: 'ames', family_name: 'Ames' } }] }, 'POST /caseload/cover': effects }, { role: 'team_lead' })
  Object.assign(desk, { staff: async () => [{ id: 'sue', name: 'Sue', role: 'support_worker', teams: [] }], teams: async () => [], ownTeams: async () => [], all: () => Promise.reject(offline()) })
  const view = cover(desk, ['ames'])
  await view.load()
  fieldOf(view.draw(), 'cover-who')({ target: { value: 'staff:sue' } })
  fieldOf(view.draw(), 'cover-until')({ target: { value: '2099-01-01T08:00' } })
  await submitOf(view.draw())({ preventDefault() {} })
  assert.match(seen.said[0], /Sue/)
  assert.match(textOf(view.draw()), cannot)
})

test('a caseload of nobody offers no move', async () => {
  const { desk } = deskOf({}, { role: 'lead' })
  Object.assign(desk, { staff: async () => [], teams: async () => [], ownTeams: async () => [], all: async () => ({ items: [], more: false }) })
  const view = caseload(desk, ['team', 'north'])
  await view.load()
  assert.doesNotMatch(textOf(view.draw()), /move-to|Move/)
})

test('the visits of people whose names are not shared are counted by team, not listed one by one', async () => {
  const of = (/** @type {string} */ team, more = {}) => ({ id: 'v', yours: false, team: { id: team, name: team }, patient: { id: 'p' }, planned_start: '2026-03-09T08:00:00Z', ...more })
  const { desk } = deskOf({ 'GET /staff/nia/work': { staff: { id: 'nia', name: 'Nia', role: 'nurse', teams: [] }, visits: [of('South'), of('North'), of('South'), of('South', { patient: { family_name: 'Ames' } })], handovers: [], people: [], devices: [], unsent: 0 } })
  desk.staff = async () => []
  const view = leaver(desk, ['nia'])
  await view.load()
  view.close()
  const text = textOf(view.draw())
  assert.match(text, /4 visits to make/)
  assert.match(text, /2 visits of South: ask their lead/)
  assert.match(text, /1 visit of North: ask their lead/)
  assert.match(text, /AMES[\s\S]*of South: ask their lead/)
})

test('a handover is downloaded on paper and as another system reads it', async () => {
  const h = { id: 'h', class: 'R', state: 'delivered', version: 1, may: [], evidence: [], events: [], provenance: {}, patient: {} }
  const { desk, seen } = deskOf({ 'GET /handovers/h': h, 'FILE /handovers/h/pdf': offline(), 'FILE /handovers/h/fhir': offline() })
  desk.destinations = async () => []
  const view = handover(desk, ['h'])
  await view.load()
  await view.download('pdf')
  await view.download('fhir')
  assert.deepEqual(seen.sent.map(([what]) => what).filter(what => what.startsWith('FILE')), ['FILE /handovers/h/pdf', 'FILE /handovers/h/fhir'])
  assert.match(textOf(view.draw()), /Download as PDF.*Download as FHIR, for another system/s)
})

test('an ask that another partner has too is stood down, answered with theirs, where that may be', async () => {
  const minds = { id: 'm', to_team: { name: 'Minds' }, class: 'SD', state: 'sent', raised_at: '2026-03-02T09:00:00Z', may_join: true }
  const h = (/** @type {string[]} */ may) => ({ id: 'h', class: 'R', state: 'sent', version: 4, may, evidence: [], events: [], provenance: {}, patient: {},
    beside: [minds, { ...minds, id: 'o', to_team: { name: 'Oak' }, may_join: false }] })
  for (const [may, offered] of /** @type {const} */ ([[['stand_down'], true], [[], false]])) {
    const { desk, seen } = deskOf({ 'GET /handovers/h': h([...may]), 'POST /handovers/h/stand-down': h([]) })
    desk.destinations = async () => []
    const view = handover(desk, ['h'])
    await view.load()
    const text = textOf(view.draw())
    assert.match(text, /Minds: [\s\S]*Oak: /)
    assert.equal(/Answer ours with what Minds was asked/.test(text), offered)
    assert.doesNotMatch(text, /Answer ours with what Oak/)
    if (!offered) continue
    listener(view.draw(), (before, at) => before.endsWith('@click=') && textOf(at).includes('Answer ours'))()
    assert.match(textOf(view.draw()), /Is it answered with what another partner was asked\?[\s\S]*Anything to add for the sender/)
    await submitOf(view.draw())({ preventDefault() {} })
    assert.deepEqual(seen.sent.filter(([what]) => what.startsWith('POST')).map(([, body]) => body), [{ version: 4, reason: '', text: '', with: 'm' }])
  }
})

test('what is begun at a handover while something is on its way stays, with what was typed', async () => {
  const wait = later(), h = { id: 'h', class: 'R', state: 'sent', version: 4, may: ['record_call', 'stand_down'], evidence: [], events: [], provenance: {}, patient: {} }
  const { desk } = deskOf({ 'GET /handovers/h': h, 'POST /handovers/h/stand-down': wait.promise })
  desk.destinations = async () => []
  const view = handover(desk, ['h'])
  await view.load()
  const press = (/** @type {string} */ what) => listener(view.draw(), (before, at) => before.endsWith('@click=') && at.values.includes(what))({ currentTarget: { closest: () => null } })
  press('Stand it down')
  const done = view.act('stand-down', { reason: 'Known' }, 'Done.')
  press('Record a call')
  fieldOf(view.draw(), 'call-name')({ target: { value: 'Rita' } })
  wait.answer({ ...h, version: 5 })
  await done
  assert.match(textOf(view.draw()), /Did you reach somebody\?[\s\S]*Rita/)
})

test('a sheet that could not be fetched is tried again without the sentence of before, and once at a time', async () => {
  const wait = later()
  let answers = [offline(), wait.promise]
  const h = { id: 'h', class: 'R', state: 'delivered', version: 1, may: [], evidence: [], events: [], provenance: {}, patient: {} }
  const { desk, seen } = deskOf({ 'GET /handovers/h': h, 'FILE /handovers/h/pdf': () => answers.shift() })
  desk.destinations = async () => []
  const view = handover(desk, ['h'])
  await view.load()
  await view.download('pdf')
  assert.match(textOf(view.draw()), cannot)
  const again = view.download('pdf')
  assert.doesNotMatch(textOf(view.draw()), cannot)
  await view.download('pdf')
  assert.equal(seen.sent.filter(([what]) => what.startsWith('FILE')).length, 2, 'a second press while it comes fetches nothing')
  wait.answer(offline())
  await again
  assert.match(textOf(view.draw()), cannot)
})

test('a decision about two registrations takes the sentence of before away while it is sent', async () => {
  const wait = later(), answers = [refusal(409, { message: 'Choose first.' }), wait.promise]
  const plan = { fields: [], records: {}, teams: [], names: {}, survivor: {}, dead: {} }
  const { desk } = deskOf({ 'POST /people/a/merge': body => body.preview ? plan : answers.shift() })
  desk.fields = desk.teams = desk.staff = async () => []
  const view = merge(desk, ['a', 'b'])
  await view.load()
  await view.decide()
  assert.match(textOf(view.draw()), /Choose first/)
  const again = view.decide()
  assert.doesNotMatch(textOf(view.draw()), /Choose first/)
  wait.answer(offline())
  await again
})

test('two presses make one code for a phone', async () => {
  const { desk } = deskOf({}, { role: 'team_lead' })
  let made = 0
  const wait = later()
  desk.all = async () => ({ items: [], more: false })
  desk.session.send = async () => { made++; await wait.promise; return { code: 'abcdefgh2345', expires_at: '2026-03-09T08:00:00Z' } }
  const code = new SignInCode(desk, /** @type {any} */ ({ id: 'sue', name: 'Sue' }))
  const both = [code.make(), code.make()]
  wait.answer(undefined)
  await Promise.all(both)
  code.end()
  assert.equal(made, 1)
})

test('a file that is gone since it was chosen is said to be, and nothing changes under a file that is taken in', async () => {
  const wait = later()
  const { desk, seen } = deskOf({ 'POST /imports': () => wait.promise }, { role: 'care_coordinator' })
  desk.ownTeams = async () => [{ id: 'north', name: 'North', kind: 'nursing' }]
  const view = imports(desk)
  await view.load()
  view.chosen({ target: { files: [{ size: 3, arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }] } })
  await view.take()
  assert.match(textOf(view.draw()), /The file cannot be read/)
  view.chosen({ target: { files: [{ size: 3, arrayBuffer: async () => new Uint8Array([97, 98, 99]).buffer }] } })
  const taking = view.take()
  await settle()
  assert.doesNotMatch(textOf(view.draw()), /The file cannot be read/)
  assert.ok(disabled(view.draw()), 'what is asked of the file stays as it was sent')
  wait.answer({ lines: [], more: false, rows: 0, counts: {} })
  await taking
  assert.equal(disabled(view.draw()), false)
  assert.equal(seen.sent.filter(([what]) => what === 'POST /imports').length, 1)
})

const nia = (more = {}) => ({ id: 'nia', values: { name: 'Nia', email: 'nia@trust.example', role: 'nurse', organisation: 'trust', teams: [] }, has_password: true, begun: true, ...more })

test('two presses make one code for a password', async () => {
  const wait = later()
  const { desk, seen } = deskOf({ 'GET /accounts': { items: [nia()] }, 'GET /organisations': { items: [] }, 'POST /accounts/nia/code': () => wait.promise })
  const view = account(desk, ['nia'])
  await view.load()
  const both = [view.invite(), view.invite()]
  wait.answer({ code: 'abcdefgh2345', expires_at: '2026-03-09T08:00:00Z' })
  await Promise.all(both)
  assert.equal(seen.sent.filter(([what]) => what === 'POST /accounts/nia/code').length, 1)
})

test('what is typed in an account stays while a plan is taken back, and while it is saved', async () => {
  let now = nia({ planned_at: '2026-03-09T08:00:00.000Z', planned: { role: 'matron' } })
  const wait = later()
  const { desk, seen } = deskOf({ 'GET /accounts': () => ({ items: [now] }), 'GET /organisations': { items: [] }, 'POST /accounts/nia/take-back': () => { now = nia(); return {} },
    'POST /accounts/nia': () => wait.promise })
  const view = account(desk, ['nia'])
  await view.load()
  const type = (/** @type {string} */ id, /** @type {string} */ text) => fieldOf(view.draw(), id)({ target: { value: text } })
  type('set-name', 'Nia Evans')
  await view.takeBack()
  assert.doesNotMatch(textOf(view.draw()), /Take it back/)
  const saving = view.send()
  await settle()
  type('set-email', 'evans@trust.example')
  now = nia({ values: { ...now.values, name: 'Nia Evans' } })
  wait.answer({ id: 'nia' })
  await saving
  await view.send()
  assert.deepEqual(seen.sent.filter(([what]) => what === 'POST /accounts/nia').map(([, body]) => body.set), [{ name: 'Nia Evans' }, { email: 'evans@trust.example' }])
})

test('a form takes what is stored now, and keeps what was typed since', () => {
  const form = new SetUpForm(/** @type {any} */ ({}), '/x', { name: 'North', phone: '1', teams: ['a'] })
  Object.assign(form.values, { phone: '2', teams: [] })
  form.takeStored({ name: 'North End', phone: '1', teams: ['a', 'b'] })
  assert.deepEqual(form.values, { name: 'North End', phone: '2', teams: [] })
  assert.deepEqual(form.changed(), { phone: '2', teams: null })
})

test('what somebody else changed meanwhile is asked about before it is overwritten; what else they changed stays', async () => {
  /** @type {any[]} */ const sent = []
  const form = new SetUpForm(/** @type {any} */ ({ redraw() {}, session: { post: async (/** @type {string} */ _, /** @type {any} */ body) => { sent.push(body.set); return {} } } }), '/x',
    { name: 'North', phone: '1', special_days: [{ day: '2026-12-24' }] })
  form.read = async () => ({ name: 'North', phone: '2', special_days: [{ day: '2026-12-24' }, { day: '2026-12-31' }] })
  form.values.special_days = [{ day: '2026-12-24' }, { day: '2027-01-02' }]
  assert.equal(await form.send(), null)
  assert.deepEqual([sent, [...form.wrong.keys()], form.values.phone], [[], ['special_days'], '2'])
  assert.match(form.trouble, /Somebody else has changed this/)
  assert.ok(await form.send())
  assert.deepEqual(sent, [{ special_days: [{ day: '2026-12-24' }, { day: '2027-01-02' }] }], 'and sent again it is meant')
  form.read = async () => ({ ...form.stored, name: 'North End' })
  form.values.phone = '3'
  assert.ok(await form.send())
  assert.deepEqual([sent[1], form.values.name], [{ special_days: [{ day: '2026-12-24' }, { day: '2027-01-02' }], phone: '3' }, 'North End'])
})

test('two who change the same to the same are not asked', async () => {
  const form = new SetUpForm(/** @type {any} */ ({ redraw() {}, session: { post: async () => ({}) } }), '/x', { phone: '1' })
  form.read = async () => ({ phone: '2' })
  form.values.phone = '2'
  assert.ok(await form.send())
})

const organisation = (/** @type {any[]} */ templates) => ({ items: [{ id: 'trust', values: { name: 'Trust', templates }, teams: [] }] })
const fall = { purpose: 'fall', name: 'Falls', questions: [{ code: 'hurt', label: 'Hurt', kind: 'yes_no' }] }
const bloods = { purpose: 'bloods', questions: [{ code: 'tube', label: 'Tube', kind: 'text' }] }

test('saving the questions of one purpose keeps those that somebody saved for another meanwhile', async () => {
  let stored = [fall]
  const { desk, seen } = deskOf({ 'GET /organisations': () => organisation(stored), 'POST /organisations/trust': {} })
  const view = template(desk, ['trust', 'fall'])
  await view.load()
  stored = [fall, bloods]
  await view.send([{ code: 'hurt', label: 'Hurt?', kind: 'yes_no', unit: '', options: '', min: '', max: '' }], 'Saved')
  assert.deepEqual(seen.sent.at(-1), ['POST /organisations/trust', { set: { templates: [bloods, { ...fall, questions: [{ code: 'hurt', label: 'Hurt?', kind: 'yes_no' }] }] } }])
  assert.deepEqual(seen.said, ['Saved'])
})

test('questions that somebody changed meanwhile are not overwritten', async () => {
  let stored = [fall]
  const { desk, seen } = deskOf({ 'GET /organisations': () => organisation(stored), 'POST /organisations/trust': {} })
  const view = template(desk, ['trust', 'fall'])
  await view.load()
  for (const now of [[], [{ ...fall, questions: [] }], [bloods]]) {
    stored = now
    await view.send([], 'Saved')
    assert.match(textOf(view.draw()), /Somebody has changed what is asked here/)
  }
  assert.deepEqual([seen.said, seen.sent.some(([what]) => what.startsWith('POST'))], [[], false])
})

test('a limit that is no number is refused beside its field, and nothing is sent', async () => {
  const { desk, seen } = deskOf({ 'GET /organisations': () => organisation([]), 'POST /organisations/trust': {} })
  const view = template(desk, ['trust', 'insulin'])
  await view.load()
  fieldOf(view.draw(), 'q1-max')({ target: { value: '5 mmol' } })
  submitOf(view.draw())({ preventDefault() {} })
  await settle()
  assert.match(textOf(view.draw()), /id="q1-max-error"[\s\S]*Type a number alone/)
  assert.equal(seen.sent.some(([what]) => what.startsWith('POST')), false)
})

test('whom a new person might be is said, though a practice was looked for meanwhile', async () => {
  const wait = later()
  const { desk } = deskOf({}, { role: 'lead' })
  Object.assign(desk, { ownTeams: async () => [], practices: async () => [{ id: 'p', name: 'Bridge Surgery' }], alike: () => wait.promise })
  const view = register(desk)
  await view.load()
  const comparing = view.compare()
  fieldOf(view.draw(), 'practice-find')({ target: { value: 'bri' } })
  await settle()
  wait.answer([{ person: { id: 'ames', family_name: 'Ames' }, found_by: [], teams: [], staff: [] }])
  await comparing
  assert.match(textOf(view.draw()), /#\/person\/ames/)
})

test('the practice that is chosen stays in the list whatever is searched for next', async () => {
  const known = { '': [{ id: 'a', name: 'Abbey' }], bri: [{ id: 'b', name: 'Bridge' }], zzz: [] }
  const search = new PracticeSearch(/** @type {any} */ ({ redraw() {}, practices: async text => known[text] }))
  await search.begin()
  await search.find('bri')
  await search.find('zzz')
  assert.deepEqual(search.options('b'), [{ value: 'b', text: 'Bridge' }])
  assert.deepEqual(search.options(''), [])
  await search.find('')
  assert.deepEqual(search.options('a').map(o => o.value), ['a'], 'once')
  assert.deepEqual(search.options('c', 'Court').map(o => o.text), ['Court', 'Abbey'], 'one that was stored before')
})

test('whoever a plan is for stays in its list, also when they have left the team', async () => {
  const of = (/** @type {string} */ id, /** @type {any} */ more = {}) => ({ id, name: id, role: 'district_nurse', teams: [{ id: 'north', name: 'North' }], ...more })
  const stored = { id: 'p', team: { id: 'north', name: 'North' }, plan: { rule: 'FREQ=DAILY', start: '2026-03-09', from: '08:00', to: '10:00', minutes: 30, purpose: 'insulin', staff: 'Sue', second: 'elsewhere', at_door: 2, closed_days: 'skip' } }
  const { desk } = deskOf({ 'GET /plans?patient=ames': { items: [stored] }, 'GET /caseload?patient=ames&limit=200': { items: [{ state: 'now', team: { id: 'north' }, patient: { id: 'ames' } }] } }, { role: 'team_lead' })
  Object.assign(desk, { staff: async () => [of('Sue', { inactive_since: '2020-01-01T08:00:00Z' }), of('Ned'), of('Nia', { teams: [] }), of('Joy', { inactive_since: '2020-01-01T08:00:00Z' })],
    ownTeams: async () => [{ id: 'north', name: 'North', kind: 'nursing' }] })
  const view = plan(desk, ['ames', 'p'])
  await view.load()
  const text = textOf(view.draw())
  for (const [name, times] of /** @type {[RegExp, number][]} */ ([[/Sue, District nurse, Left /g, 1], [/Ned, District nurse/g, 2], [/Nia|Joy/g, 0], [/not shown to you/g, 1]])) assert.equal(text.match(name)?.length ?? 0, times, String(name))
})

test('what a field refers to stays in its list, also without a name that is known here', () => {
  const { desk } = deskOf({})
  desk.fieldsByName.set('visits.staff', /** @type {any} */ ({ kind: 'ref' }))
  desk.members.set('ned', /** @type {any} */ ({ id: 'ned', name: 'Ned' }))
  const shown = (/** @type {string} */ typed) => textOf(fieldInput({ desk, id: 'x', collection: 'visits', field: 'staff', typed, input() {} }))
  assert.match(shown('elsewhere'), /value=elsewhere[\s\S]*without a name here[\s\S]*Ned/)
  assert.doesNotMatch(shown('ned'), /without a name here/)
  assert.doesNotMatch(shown(''), /without a name here/)
})

test('whichever view is open, the menu says in which part of the desk it is', () => {
  const { desk } = deskOf({})
  desk.may = () => true
  const covered = desk.nav.flatMap(item => item.covers)
  assert.deepEqual(Object.keys(views).filter(name => covered.filter(c => c === name).length !== 1), [], 'each in one part')
  assert.deepEqual(covered.filter(name => !(name in views)), [])
})

test('every screen that goes on by itself names where it was pressed: whoever opened another meanwhile stays there', () => {
  for (const folder of ['desk/views', 'app/views']) {
    for (const file of readdirSync(new URL(`../../pb_public/${folder}/`, import.meta.url)).filter(name => name.endsWith('.js'))) {
      const text = readFileSync(new URL(`../../pb_public/${folder}/${file}`, import.meta.url), 'utf8')
      for (const [call] of text.matchAll(/\b(desk|app)\.go\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g)) assert.match(call, /, (view|from)\)$/, `${file}: ${call}`)
    }
  }
})

/** Whether a part of a template is disabled. @param {any} t @returns {boolean} */
function disabled(t) {
  if (Array.isArray(t)) return t.some(disabled)
  if (!t?.strings) return Boolean(t?.values) && disabled([...t.values])
  return t.values.some((/** @type {any} */ v, /** @type {number} */ i) => (/ \?disabled=$/.test(t.strings[i]) && v === true) || disabled(v))
}

/** What hears of what is typed in the field of an id. @param {any} t @param {string} id */
const fieldOf = (t, id) => listener(t, (before, at) => /@(input|change)=\$?$/.test(before) && at.values.includes(id))
/** What sends the form. @param {any} t */
const submitOf = t => listener(t, before => /@submit=$/.test(before))
