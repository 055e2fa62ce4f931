// What a lead decides at the desk, and that the phones agree afterwards.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { goes, openBrowser, openPage } from './kit.mjs'
import { create, disagree, phoneOf } from './desk-kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
/** @type {any} */ let nia, /** @type {any} */ ned, /** @type {any} */ sam
before(async () => {
  ;[stand, browser] = await Promise.all([startStand(null), openBrowser()])
  ;[nia, ned, sam] = await Promise.all(['nia', 'ned', 'sam'].map(who => phoneOf(stand, who)))
})
after(async () => { await browser?.close(); await stand?.close() })

const desk = (/** @type {any} */ t, /** @type {string} */ who, path = '') => openPage(t, browser, stand, '/desk/' + path, { as: who })
/** The open issue of a kind about somebody. @param {string} kind @param {string} family */
const issueOf = async (kind, family) => (await stand.care('cora', 'GET', '/issues?limit=200')).items.find((/** @type {any} */ i) => i.kind === kind && i.patient?.family_name === family)

test('two nurses disagree; the lead sees both sides, keeps both, and both phones agree', async t => {
  const visit = await disagree(stand, nia, ned, stand.patients.Ames, ['Heel red', 'Heel broken, dressed', 'Heel better'])
  const page = await desk(t, 'lea')
  await page.getByRole('link', { name: 'To decide', exact: true }).first().click()
  await page.getByRole('link', { name: /Conflict.*AMES, Harold/ }).click()
  await page.getByRole('heading', { name: 'Note: two versions (visit)' }).waitFor()
  const side = (/** @type {string} */ name) => page.getByRole('region', { name, exact: true }).innerText()
  assert.match(await side('Before'), /Heel red/)
  assert.match(await side('Stored now'), /Nia Evans, District nurse, \d\d:\d\d\s+Heel broken, dressed/)
  assert.match(await side('Not stored'), /Ned Okafor, District nurse, \d\d:\d\d\s+Heel better/)
  await page.getByRole('button', { name: 'Save the decision' }).click()
  await page.getByRole('alert').getByText('Choose what is right.').waitFor()
  await page.getByLabel('Keep both').check()
  const both = page.getByLabel('Both, as one')
  assert.equal(await both.inputValue(), 'Heel broken, dressed\nHeel better')
  await both.fill('Heel broken, dressed. Ned found it better in the afternoon.')
  await page.getByRole('button', { name: 'Save the decision' }).click()
  await page.getByText('Decided. Both phones get it').first().waitFor()
  for (const phone of [nia, ned]) {
    await phone.sync()
    assert.equal(phone.view('visits', visit)?.values.note, 'Heel broken, dressed. Ned found it better in the afternoon.')
    assert.deepEqual(phone.issues(), [])
  }
})

test('what comes to be decided appears on an open desk by itself', async t => {
  const page = await desk(t, 'lea', '#/issues')
  await page.getByText('There is nothing to decide.').waitFor()
  /** @type {string[]} */ const polls = []
  page.on('request', r => { if (r.url().endsWith('/api/health')) polls.push(r.url()) })
  await disagree(stand, nia, ned, stand.patients.Eastwood, ['Walked', 'Walked far', 'Sat'])
  await page.getByRole('link', { name: /Conflict.*EASTWOOD, Joan/ }).waitFor()
  assert.deepEqual(polls, [], 'told by the stream, not by the poll')
  await page.getByRole('link', { name: /Conflict.*EASTWOOD, Joan/ }).click()
  await page.getByLabel(/Keep what is stored/).check()
  await page.getByRole('button', { name: 'Save the decision' }).click()
  await page.getByText('Decided. Both phones get it').first().waitFor()
})

test('what changed after the lead looked is said, and nothing is decided over it', async t => {
  const visit = await disagree(stand, nia, ned, stand.patients.Calder, ['Ate well', 'Ate little', 'Ate half'])
  const page = await desk(t, 'lea', `#/issue/${(await issueOf('conflict', 'Calder')).id}`)
  await page.getByLabel(/Store the other version/).check()
  const seen = nia.open('visits', visit)
  await nia.record([{ op: 'update', collection: 'visits', id: visit, seen, set: { note: 'Ate nothing' } }])
  await nia.sync()
  await page.getByRole('button', { name: 'Save the decision' }).click()
  await page.getByText(/Nia Evans changed this at \d\d:\d\d, after you looked/).first().waitFor()
  await page.getByRole('region', { name: 'Stored now' }).getByText('Ate nothing').waitFor()
  assert.equal((await stand.query('SELECT note FROM visits WHERE id = ?', visit))[0].note, 'Ate nothing')
  await page.getByLabel(/Keep what is stored/).check()
  await page.getByRole('button', { name: 'Save the decision' }).click()
  await page.getByText('Decided. Both phones get it').first().waitFor()
  await Promise.all([nia.sync(), ned.sync()])
  assert.deepEqual([nia, ned].map(p => p.view('visits', visit).values.note), ['Ate nothing', 'Ate nothing'])
})

test('what changes under the hands of a lead takes the choice back, and nothing is decided over what was not read', async t => {
  const visit = await disagree(stand, nia, ned, stand.patients.Calder, ['Slept well', 'Slept little', 'Slept half'])
  const page = await desk(t, 'lea', `#/issue/${(await issueOf('conflict', 'Calder')).id}`)
  await page.getByLabel(/Store the other version/).check()
  await nia.record([{ op: 'update', collection: 'visits', id: visit, seen: nia.open('visits', visit), set: { note: 'Slept nothing' } }])
  await nia.sync()
  await page.getByRole('status').filter({ hasText: 'after you looked' }).waitFor() // the desk was told, before she presses
  await page.getByRole('region', { name: 'Stored now' }).getByText('Slept nothing').waitFor()
  assert.equal(await page.getByLabel(/Store the other version/).isChecked(), false)
  await page.getByRole('button', { name: 'Save the decision' }).click()
  await page.locator('#issue-trouble').filter({ hasText: /Nia Evans changed this at \d\d:\d\d, after you looked/ }).waitFor()
  assert.equal((await stand.query('SELECT note FROM visits WHERE id = ?', visit))[0].note, 'Slept nothing')
  await page.getByLabel(/Keep what is stored/).check()
  await page.getByRole('button', { name: 'Save the decision' }).click()
  await page.getByText('Decided. Both phones get it').first().waitFor()
})

test('two leads decide the same: the second is told who was first, and nothing is overwritten', async t => {
  const visit = await disagree(stand, nia, ned, stand.patients.Birch, ['One', 'Two', 'Three'])
  const address = `#/issue/${(await issueOf('conflict', 'Birch')).id}`
  const [lea, cora] = [await desk(t, 'lea', address), await desk(t, 'cora', address)]
  await lea.getByLabel(/Keep what is stored/).check()
  await cora.getByLabel(/Store the other version/).check()
  await cora.getByRole('button', { name: 'Save the decision' }).click()
  await cora.getByText('Decided. Both phones get it').first().waitFor()
  lea.getByRole('button', { name: 'Save the decision' }).click().catch(() => {}) // the page may notice by itself before she presses
  await lea.getByText(/Cora Lindqvist (has )?decided this/).first().waitFor()
  await goes(lea.getByRole('button', { name: 'Save the decision' }))
  assert.equal((await stand.query('SELECT note FROM visits WHERE id = ?', visit))[0].note, 'Three')
})

test('a visit held back is mended and taken in, and what depends on it follows', async t => {
  const visit = await create(sam, 'visits', { patient: stand.patients.Ames, team: stand.teams.south, status: 'completed', note: 'Passing by' })
  const readings = await create(sam, 'observations', { patient: stand.patients.Ames, visit, taken_at: new Date().toISOString(), pulse: 80 })
  await sam.sync()
  const page = await desk(t, 'lea', '#/issues/quarantined')
  await page.getByRole('listitem').filter({ hasText: 'Visit from Sam Whitlock' }).getByRole('link').click()
  await page.getByText('Its author did not have this person on their caseload').waitFor()
  const sent = page.getByRole('region', { name: 'New: visit' })
  const shown = await sent.innerText()
  for (const fact of [/Note\s+Passing by/, /Person\s+AMES, Harold/, /Status\s+Completed/, /Team\s+South nurses/]) assert.match(shown, fact)
  assert.doesNotMatch(await sent.innerText(), /[{}"]|01[0-9a-z]{24}/, 'no raw JSON, no ids')
  await page.getByLabel('Mend something first').check()
  await sent.getByLabel('Note').fill('Passing by, asked by Nia')
  await page.getByRole('button', { name: 'Take it in' }).click()
  await page.getByText('Taken in, with what waited for it.').first().waitFor()
  await page.getByText('There is nothing to decide.').waitFor()
  assert.deepEqual((await stand.query('SELECT note, author FROM visits WHERE id = ?', visit))[0], { note: 'Passing by, asked by Nia', author: stand.staff.sam.id })
  assert.equal((await stand.query('SELECT pulse FROM observations WHERE id = ?', readings))[0].pulse, 80)
})

test('two phones made a record of the same id: the second is taken in as a record of its own', async t => {
  const id = nia.newID()
  const made = (/** @type {any} */ phone, /** @type {string} */ note) => phone.record([{ op: 'create', collection: 'visits', id, set: { patient: stand.patients.Dunne, team: stand.teams.north, status: 'completed', note } }])
  await made(nia, 'The first of this id')
  await nia.sync()
  await made(ned, 'The second of this id')
  await ned.sync()
  const page = await desk(t, 'lea', '#/issues/quarantined')
  await page.getByRole('listitem').filter({ hasText: 'Visit from Ned Okafor' }).getByRole('link').click()
  await page.getByText('Two phones made a record of the same id; the first is stored.').waitFor()
  assert.equal(await page.getByLabel('Take it in as a record of its own').isChecked(), true)
  await page.getByRole('button', { name: 'Take it in' }).click()
  await page.getByText('Taken in, with what waited for it.').first().waitFor()
  const rows = await stand.query("SELECT id, note, author FROM visits WHERE note LIKE 'The % of this id' ORDER BY note")
  assert.deepEqual(rows.map(r => [r.note, r.author, r.id === id]), [['The first of this id', stand.staff.nia.id, true], ['The second of this id', stand.staff.ned.id, false]])
  await ned.sync()
  assert.deepEqual(ned.issues(), [])
})

test('the server failed over a change: the desk says that it was not its author, and takes it in once it is mended', async t => {
  await stand.exec("CREATE TRIGGER breaks BEFORE INSERT ON visits WHEN NEW.note = 'It broke the server' BEGIN SELECT RAISE(ABORT, 'disk of the test'); END")
  await create(nia, 'visits', { patient: stand.patients.Dunne, team: stand.teams.north, status: 'completed', note: 'It broke the server' })
  await nia.sync()
  const page = await openPage(t, browser, stand, '/desk/#/issues/quarantined', { as: 'lea', expected: [/status of 500/] })
  await page.getByRole('listitem').filter({ hasText: 'Visit from Nia Evans' }).getByRole('link').click()
  await page.getByText('The server failed over this one, not its author.').waitFor()
  const said = await page.locator('main').innerText()
  assert.match(said, /It broke the server/)
  assert.doesNotMatch(said, /disk of the test|SQL|trigger/i, 'what broke is for the log')
  await page.getByRole('button', { name: 'Take it in' }).click()
  await page.getByRole('alert').getByText(/./).first().waitFor()
  assert.doesNotMatch(await page.locator('main').innerText(), /disk of the test|SQL|trigger/i)
  await stand.exec('DROP TRIGGER breaks')
  await page.getByRole('button', { name: 'Take it in' }).click()
  await page.getByText('Taken in, with what waited for it.').first().waitFor()
  assert.equal((await stand.query("SELECT count(*) AS n FROM visits WHERE note = 'It broke the server'"))[0].n, 1)
})

test('a value set aside is mended with an input of its kind; a hopeless one is let go with a reason', async t => {
  const readings = await create(nia, 'observations', { patient: stand.patients.Dunne, taken_at: new Date().toISOString(), pulse: 720, temperature: 'warm' })
  await nia.sync()
  const page = await desk(t, 'lea', '#/issues/set_aside')
  await page.getByRole('listitem').filter({ hasText: 'Pulse could not be stored' }).getByRole('link').click()
  await page.getByText('720 a minute').waitFor()
  await page.getByLabel('Pulse').fill('seventy')
  await page.getByRole('button', { name: 'Store this value' }).click()
  await page.getByText('This is not a value of the right kind.').waitFor()
  await page.getByLabel('Pulse').fill('900')
  await page.getByRole('button', { name: 'Store this value' }).click()
  await page.getByText('pulse of 900 is outside 0 to 350').waitFor()
  await page.getByLabel('Pulse').fill('72')
  await page.keyboard.press('Enter')
  await page.getByText('Decided. Both phones get it').first().waitFor()
  await page.getByRole('link', { name: /Set aside.*DUNNE, Patrick/ }).click()
  await page.getByText('“warm”').waitFor()
  await page.getByRole('button', { name: 'Let it go instead' }).click()
  await page.getByRole('button', { name: 'Let it go', exact: true }).click()
  await page.getByText('Please say why.').waitFor()
  await page.getByLabel('Why', { exact: true }).fill('Nia cannot remember')
  await page.getByRole('button', { name: 'Let it go', exact: true }).click()
  await page.getByText('Let go. What was sent stays readable').first().waitFor()
  const row = (await stand.query('SELECT pulse, temperature FROM observations WHERE id = ?', readings))[0]
  assert.deepEqual([row.pulse, row.temperature ?? 'null'], [72, 'null'])
  await nia.sync()
  assert.deepEqual(nia.issues(), [])
})

test('markup in what was written is text, in every kind of issue', async t => {
  const nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script>{{x}}'
  await disagree(stand, nia, ned, stand.patients.Eastwood, [nasty, `${nasty}1`, `${nasty}2`])
  await create(sam, 'visits', { patient: stand.patients.Ames, team: stand.teams.south, status: 'completed', note: nasty })
  await sam.sync()
  await create(nia, 'observations', { patient: stand.patients.Eastwood, taken_at: new Date().toISOString(), acvpu: nasty })
  await nia.sync()
  await stand.save('patients', { family_name: nasty.slice(0, 90) }, stand.patients.Eastwood)
  await stand.save('staff', { name: `${nasty}` }, stand.staff.ned.id)
  await stand.settle()
  const page = await desk(t, 'lea', '#/issues')
  await page.getByText('onerror').first().waitFor()
  const ids = (await stand.care('lea', 'GET', '/issues')).items.map((/** @type {any} */ i) => i.id)
  assert.equal(ids.length, 3)
  for (const id of ids) {
    await page.goto(`${stand.url}/desk/#/issue/${id}`)
    await page.locator('#decide').waitFor()
    assert.match(await page.locator('main').innerText(), /<img src=x/)
    if (await page.getByLabel('Mend something first').count()) await page.getByLabel('Mend something first').check()
  }
  for (const path of ['', 'people', 'staff', 'phones', 'cover', `person/${stand.patients.Eastwood}`]) {
    await page.goto(`${stand.url}/desk/#/${path}`)
    await page.locator('h1').waitFor()
    await page.waitForFunction(() => !document.querySelector('main [role=status]')?.textContent?.startsWith('Loading'))
  }
  assert.deepEqual(await page.evaluate(() => [document.querySelectorAll('img, main script').length, /Desk – Doorstep$/.test(document.title)]), [0, true])
})
