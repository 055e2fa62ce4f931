// The desk for everybody: each view in each of its states with axe, dark and light, at 320 px, by Tab, with text twice as
// large, and what axe does not know (frontend.md §10); and for whom which part of it is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser, openPage, signIn, until, usable, walkByTab } from './kit.mjs'
import { create, disagree, phoneOf } from './desk-kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
/** Every view: what it is called, and its address. @type {[string, string][]} */ let views
/** Their addresses by name. @type {Record<string, string>} */ let at
before(async () => {
  ;[stand, browser] = await Promise.all([startStand(null), openBrowser({ own: true })])
  const P = stand.patients
  await stand.save('patients', { practice: '' }, P.Dunne)
  await stand.save('teams', { route: 'phone' }, stand.teams.oak)
  await stand.settle()
  const [nia, ned, sam, vic] = await Promise.all(['nia', 'ned', 'sam', 'vic'].map(who => phoneOf(stand, who)))
  await disagree(stand, nia, ned, P.Ames, ['Heel red', 'Heel broken', 'Heel better'])
  await create(nia, 'observations', { patient: P.Calder, taken_at: new Date().toISOString(), pulse: 720 })
  await create(nia, 'handovers', { patient: P.Dunne, from_team: stand.teams.north, class: 'SD', situation: 'Psoriasis worse', recommendation: 'Please prescribe' })
  await create(nia, 'handovers', { patient: P.Birch, from_team: stand.teams.north, class: 'U2', situation: 'New confusion', recommendation: 'Please ring' })
  await nia.sync()
  await create(sam, 'visits', { patient: P.Ames, team: stand.teams.south, status: 'completed', note: 'Passing by' })
  await sam.sync()
  await create(vic, 'checkins', { patient: P.Calder, team: stand.teams.friends, happened_at: new Date().toISOString(), seen: true, wellbeing: 'unwell', concern: 'She did not know me' })
  await vic.sync()
  await until('the call is asked for', async () => (await stand.query(`SELECT count(*) AS n FROM handovers WHERE state IN ('call_needed', 'no_destination')`))[0].n >= 2)
  const issues = (await stand.care('lea', 'GET', '/issues')).items, called = (await stand.care('lea', 'GET', '/handovers?side=sent&state=call_needed')).items
  const issue = (/** @type {string} */ kind) => `issue/${issues.find((/** @type {any} */ i) => i.kind === kind).id}`
  views = [['what waits', ''], ['to decide', 'issues'], ['to decide, conflicts only', 'issues/conflict'], ['a conflict', issue('conflict')], ['a value set aside', issue('set_aside')],
    ['a change held back', issue('quarantined')], ['handovers', 'handovers'], ['what could not be delivered', 'undelivered'], ['handovers, none of this kind', 'handovers/unanswered'], ['all that is open', 'handovers/open'], ['a handover', `handover/${called[0].id}`], ['people', 'people'],
    ['a person', `person/${P.Ames}`], ['a record to correct', `correct/${P.Ames}`], ['two registrations', `merge/${P.Birch}/${P.Ames}`], ['the day', 'day'], ['lists', 'lists'], ['the lists of a person', `listed/${P.Ames}`], ['who is alone', 'lone'], ['what is planned', `plan/${P.Ames}`], ['a plan being made', `plan/${P.Ames}/new`], ['registering', 'register'], ['a caseload', `caseload/team/${stand.teams.north}`], ['cover', 'cover'], ['cover for one', `cover/${P.Ames}`], ['phones', 'phones'], ['staff', 'staff'],
    ['a code', `code/${stand.staff.sue.id}`], ['a leaver', `leaver/${stand.staff.sue.id}`], ['no such page', 'nothing'], ['help', 'help']]
  at = Object.fromEntries(views)
})
after(async () => { await browser?.close(); await stand?.close() })

/** @param {import('playwright-core').Page} page @param {string} path */
async function go(page, path) {
  await page.goto(`${stand.url}/desk/#/${path}`)
  await page.locator('h1').waitFor()
  await page.waitForFunction(() => !document.querySelector('main [role=status]')?.textContent?.startsWith('Loading'))
  assert.equal(await page.getByRole('alert').getByText(/./).count(), 0, `${path} opens`)
}

test('every view is accessible: dark and light, wide and at 320 px, by Tab, with text twice as large, and with help at the same place', async t => {
  const page = await openPage(t, browser, stand, '/desk/', { as: 'lea' })
  for (const [name, path] of views) {
    await go(page, path)
    await check(page, name)
  }
})

/** Everything that is asked of one state. @param {import('playwright-core').Page} page @param {string} name */
async function check(page, name) {
  await page.setViewportSize({ width: 1280, height: 900 })
  await accessible(page, `${name}, wide`)
  await page.setViewportSize({ width: 320, height: 800 })
  await accessible(page, `${name}, 320 px`)
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page, `${name}, dark`, { colours: true })
  await page.emulateMedia({ colorScheme: 'light' })
  await usable(page, name)
  assert.deepEqual(await page.getByRole('banner').getByRole('link').nth(1).evaluate(e => [e.textContent, e.getAttribute('href')]), ['Help', '#/help'], `${name}: help is the second of the header`)
}

test('states that open later are accessible, too', async t => {
  const page = await openPage(t, browser, stand, '/desk/', { as: 'lea', width: 390 })
  await go(page, at['a conflict'])
  await page.getByLabel('Keep both').check()
  await page.getByRole('button', { name: 'Let it go instead' }).click()
  await page.getByRole('button', { name: 'Let it go', exact: true }).click()
  await check(page, 'a conflict with a refusal')
  await go(page, at['a change held back'])
  await page.getByLabel('Mend something first').check()
  await check(page, 'a change being mended')
  await go(page, at['a handover'])
  await page.getByRole('button', { name: 'Record a call' }).click()
  await page.getByLabel('Yes').check()
  await check(page, 'recording a call')
  await go(page, 'phones')
  await page.getByRole('button', { name: /^It is lost: Nia/ }).click()
  await check(page, 'reporting a phone lost')
  await go(page, `code/${stand.staff.sue.id}`)
  await page.getByRole('button', { name: 'Show a sign-in code for Sue Pargeter' }).click()
  await page.locator('.dk-qr').waitFor()
  await check(page, 'a sign-in code')
  await go(page, 'cover')
  await page.getByLabel('Who covers').selectOption({ label: 'Sue Pargeter, Support worker' })
  await page.getByLabel('All of them').check()
  await page.getByRole('button', { name: 'In a week' }).click()
  await page.getByText('What it does:').waitFor()
  await check(page, 'a cover with its preview')
})

test('the sign-in is accessible, says what is wrong, and a session that ended says so', async t => {
  const page = await openPage(t, browser, stand, '/desk/')
  await accessible(page, 'sign-in')
  await page.getByLabel('E-mail address').fill('lea@example.org')
  await page.getByLabel('Password', { exact: true }).fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByText('The e-mail address or the password is wrong.').waitFor()
  await accessible(page, 'a refused sign-in')
  await signIn(page, stand, 'lea')
  await page.getByRole('heading', { name: 'What waits' }).waitFor()
  await page.evaluate(() => sessionStorage.setItem('doorstep-session', JSON.stringify({ ...JSON.parse(sessionStorage.getItem('doorstep-session') ?? ''), token: 'old' })))
  await page.reload()
  await page.getByText('Your session has ended.').waitFor()
})

test('by keyboard alone: a conflict is found, decided, and nothing that has the focus is covered', async t => {
  const page = await openPage(t, browser, stand, '/desk/#/issues', { as: 'lea', width: 390 })
  const link = page.getByRole('link', { name: /Conflict.*AMES/ })
  await link.waitFor()
  await walkByTab(page)
  await link.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Note: two versions (visit)' }).waitFor()
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
  const reached = await walkByTab(page)
  assert.ok(reached.some(r => r.startsWith('button Save the decision')), reached.join('\n'))
  await page.getByLabel(/Keep what is stored/).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Enter')
  await page.getByText('Decided. Both phones get it').first().waitFor()
  await page.waitForFunction(() => document.getElementById('announce')?.textContent?.startsWith('Decided.'))
})

test('nothing is asked twice, and passwords may be pasted', async t => {
  const page = await openPage(t, browser, stand, '/desk/')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  assert.deepEqual(await page.locator('main input').evaluateAll(list => list.map(e => e.getAttribute('autocomplete'))), ['username', 'current-password'])
  await page.getByRole('banner').getByRole('link', { name: 'Help' }).click()
  await page.getByRole('heading', { name: 'What to do when …' }).waitFor() // also for whoever has not signed in
  await page.getByRole('link', { name: 'Back to the desk' }).click()
  await page.getByLabel('E-mail address').fill(stand.staff.lea.email)
  await page.evaluate(text => navigator.clipboard.writeText(text), stand.password)
  await page.getByLabel('Password', { exact: true }).focus()
  await page.keyboard.press('Control+V')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'What waits' }).waitFor()
  for (const path of [at['a conflict'], at['a value set aside'], at['a change held back'], at['a handover'], at['a leaver'], at['a code'], `cover/${stand.patients.Ames}`]) {
    await go(page, path)
    const open = page.getByRole('button', { name: 'Record a call' })
    if (await open.count()) await open.click()
    const labels = await page.locator('main label, main legend').allInnerTexts()
    assert.ok(!labels.some(l => /born|NHS number|address|person\b/i.test(l)), `${path}: ${labels.join()}`)
  }
})

test('what is typed stays when the desk hears of a change', async t => {
  const page = await openPage(t, browser, stand, `/desk/#/caseload/team/${stand.teams.north}`, { as: 'lea' })
  await page.getByLabel('Reason').fill('half a sent')
  const cora = await stand.care('cora', 'POST', '/people', { team: stand.teams.north, set: { family_name: 'Zimmer', given_name: 'Zoe' } })
  assert.ok(cora.id)
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await page.getByText('ZIMMER, Zoe').waitFor()
  assert.equal(await page.getByLabel('Reason').inputValue(), 'half a sent')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'move-reason')
})

test('a coordinator of a voluntary service works the desk and sees nothing clinical', async t => {
  const page = await openPage(t, browser, stand, '/desk/', { as: 'una' })
  /** @type {string[]} */ const answers = []
  page.on('response', async r => { if (r.url().includes('/api/care/') && !r.url().endsWith('/fields')) answers.push(await r.text().catch(() => '')) })
  let shown = ''
  for (const path of ['', 'day', 'lists', `listed/${stand.patients.Calder}`, 'lone', `plan/${stand.patients.Calder}`, 'issues', 'handovers', 'people', `person/${stand.patients.Calder}`, `said/${stand.patients.Calder}`, `caseload/team/${stand.teams.friends}`, 'cover', 'phones', 'staff', `leaver/${stand.staff.vic.id}`]) {
    await go(page, path)
    shown += await page.locator('main').innerText()
    await accessible(page, `una: ${path}`)
  }
  assert.match(shown, /Vic Marlow/)
  assert.doesNotMatch(shown, /Heel|Psoriasis|confusion|Calder|CALDER|1932|NEWS2|North nurses|Sue Pargeter/)
  assert.ok(answers.length >= 10)
  for (const a of answers) assert.doesNotMatch(a, /Heel|Psoriasis|confusion|"Calder"|1932|pulse|Sue Pargeter/)
  await page.goto(`${stand.url}/desk/#/register`)
  await page.getByText('There is no such page for your role.').waitFor()
  await go(page, `said/${stand.patients.Calder}`)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Choose what they say.').waitFor()
  await page.getByLabel('They want this no more').check()
  await page.getByLabel('How they said it').fill('on the telephone')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Your service has this person no more.').first().waitFor()
  await until('nobody has them there', async () => (await stand.query(`SELECT count(*) AS n FROM sync_grants WHERE to_seq IS NULL AND patient = ? AND holder = ?`, stand.patients.Calder, `team:${stand.teams.friends}`))[0].n === 0)
})

test('a clinical lead keeps rules, and every state of them is accessible', async t => {
  await stand.save('staff', { role: 'clinical_lead', teams: [] }, stand.staff.sage.id)
  await stand.settle()
  const page = await openPage(t, browser, stand, '/desk/', { as: 'sage' })
  await page.getByRole('heading', { name: 'Rules', exact: true }).waitFor()
  assert.deepEqual(await page.getByRole('navigation').getByRole('link').allInnerTexts(), ['Rules'])
  const shipped = (await stand.care('sage', 'GET', '/rules')).items[0].id
  for (const path of ['rules', 'rule/new', `rule/${shipped}`, 'help']) {
    await go(page, path)
    await check(page, `rules: ${path}`)
  }
  await page.goto(`${stand.url}/desk/#/people`)
  await page.getByText('There is no such page for your role.').waitFor()
})

test('an administrator finds staff and phones, others are told where to go', async t => {
  const ada = await openPage(t, browser, stand, '/desk/', { as: 'ada' })
  await ada.getByRole('heading', { name: 'Set up', exact: true }).waitFor()
  assert.deepEqual(await ada.getByRole('navigation').getByRole('link').allInnerTexts(), ['Set up', 'Phones', 'Staff'])
  const own = (await stand.care('ada', 'GET', '/organisations')).items[0]
  for (const path of ['organisations', `organisation/${own.id}`, `team/${own.id}/${own.teams[0].id}`, `team/${own.id}/new`, `templates/${own.id}`, `template/${own.id}/insulin`, `template/${own.id}/bloods`, 'accounts', 'account/new', `account/${stand.staff.nia.id}`, 'phones']) {
    await go(ada, path)
    await check(ada, `set up: ${path}`)
  }
  for (const path of ['organisation/new', 'neighbourhood/new', `account/${stand.staff.vic.id}`]) { // the whole server's, or another organisation's
    await go(ada, path)
    await ada.getByText('There is no such page for your role.').waitFor()
  }
  await go(ada, `leaver/${stand.staff.nia.id}`)
  assert.doesNotMatch(await ada.locator('main').innerText(), /AMES|BIRCH/)
  const guy = await openPage(t, browser, stand, '/desk/', { as: 'guy' })
  await guy.getByRole('heading', { name: 'There is no desk for your role' }).waitFor()
  await guy.getByRole('link', { name: 'The inbox of your team' }).waitFor()
  await accessible(guy, 'not for you')
})

test('the connection is lost and comes back: it is said, and the page is told what it missed', async t => {
  const page = await openPage(t, browser, stand, '/desk/', { as: 'lea' })
  await page.getByRole('heading', { name: 'What waits' }).waitFor()
  await page.context().setOffline(true)
  await page.getByText(/Connection lost\. This is how things stood at \d\d:\d\d/).waitFor()
  await page.context().setOffline(false)
  await page.getByText(/Connection lost\. This is how/).waitFor({ state: 'detached' })
})
