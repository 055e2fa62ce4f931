// The desk for everybody: axe on every view, dark, at 320 px, by keyboard, with text twice as large; and
// for whom which part of it is.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, doubleText, openBrowser, openPage, signIn, walkByTab } from './kit.mjs'
import { create, disagree, phoneOf, until } from './desk-kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
/** @type {string[]} */ let views
before(async () => {
  ;[stand, browser] = await Promise.all([startStand(null), openBrowser()])
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
  views = ['', 'issues', ...['conflict', 'set_aside', 'quarantined'].map(k => `issue/${issues.find((/** @type {any} */ i) => i.kind === k).id}`), 'handovers', `handover/${called[0].id}`, 'people',
    `person/${P.Ames}`, 'register', `caseload/team/${stand.teams.north}`, `cover`, 'phones', 'staff', `code/${stand.staff.sue.id}`, `leaver/${stand.staff.sue.id}`]
})
after(async () => { await browser?.close(); await stand?.close() })

/** @param {import('playwright-core').Page} page @param {string} path */
async function go(page, path) {
  await page.goto(`${stand.url}/desk/#/${path}`)
  await page.locator('h1').waitFor()
  await page.waitForFunction(() => !document.querySelector('main [role=status]')?.textContent?.startsWith('Loading'))
  assert.equal(await page.getByRole('alert').getByText(/./).count(), 0, `${path} opens`)
}

for (const how of [{ width: 1280 }, { width: 320, dark: true }]) {
  test(`every view is accessible, at ${how.width} px${how.dark ? ', dark' : ''}`, async t => {
    const page = await openPage(t, browser, stand, '/desk/', { as: 'lea', ...how })
    for (const path of views) {
      await go(page, path)
      await accessible(page, path)
    }
  })
}

test('states that open later are accessible, too', async t => {
  const page = await openPage(t, browser, stand, '/desk/', { as: 'lea', width: 390 })
  await go(page, views[2])
  await page.getByLabel('Keep both').check()
  await page.getByRole('button', { name: 'Let it go instead' }).click()
  await page.getByRole('button', { name: 'Let it go', exact: true }).click()
  await accessible(page, 'a conflict with a refusal')
  await go(page, views[4])
  await page.getByLabel('Mend something first').check()
  await accessible(page, 'a change being mended')
  await go(page, views[6])
  await page.getByRole('button', { name: 'Record a call' }).click()
  await page.getByLabel('Yes').check()
  await accessible(page, 'recording a call')
  await go(page, 'phones')
  await page.getByRole('button', { name: /^It is lost: Nia/ }).click()
  await accessible(page, 'reporting a phone lost')
  await go(page, `code/${stand.staff.sue.id}`)
  await page.getByRole('button', { name: 'Show a sign-in code for Sue Pargeter' }).click()
  await page.locator('.dk-qr').waitFor()
  await accessible(page, 'a sign-in code')
  await go(page, 'cover')
  await page.getByLabel('Who covers').selectOption({ label: 'Sue Pargeter, Support worker' })
  await page.getByLabel('All of them').check()
  await page.getByRole('button', { name: 'In a week' }).click()
  await page.getByText('What it does:').waitFor()
  await accessible(page, 'a cover with its preview')
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

test('text twice as large still fits', async t => {
  const page = await openPage(t, browser, stand, '/desk/', { as: 'lea', width: 640 })
  for (const path of views) {
    await go(page, path)
    await doubleText(page)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), `${path} scrolls sideways`)
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
  for (const path of ['', 'issues', 'handovers', 'people', `person/${stand.patients.Calder}`, `caseload/team/${stand.teams.friends}`, 'cover', 'phones', 'staff', `leaver/${stand.staff.vic.id}`]) {
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
})

test('an administrator finds staff and phones, others are told where to go', async t => {
  const ada = await openPage(t, browser, stand, '/desk/', { as: 'ada' })
  await ada.getByRole('heading', { name: 'Phones' }).waitFor()
  assert.deepEqual(await ada.getByRole('navigation').getByRole('link').allInnerTexts(), ['Phones', 'Staff'])
  await accessible(ada, 'the administrator')
  await go(ada, `leaver/${stand.staff.nia.id}`)
  assert.doesNotMatch(await ada.locator('main').innerText(), /AMES|BIRCH/)
  const guy = await openPage(t, browser, stand, '/desk/', { as: 'guy' })
  await guy.getByText('The desk is for team leads').waitFor()
  await accessible(guy, 'not for you')
})

test('the connection is lost and comes back: it is said, and the page is told what it missed', async t => {
  const page = await openPage(t, browser, stand, '/desk/', { as: 'lea' })
  await page.getByRole('heading', { name: 'What waits' }).waitFor()
  await page.context().setOffline(true)
  await page.getByText(/Connection lost\. This is how things stood at \d\d:\d\d/).waitFor()
  await page.context().setOffline(false)
  await page.getByText(/Connection lost\. This is how/).waitFor({ state: 'detached', timeout: 60_000 })
})
