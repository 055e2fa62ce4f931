// A lead plans what repeats, and gives it out on the team's day, by the mouse and by keyboard; the phones hear of it.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { day } from '../../pb_public/shared/ui/format.js'
import { startStand } from '../stand/stand.mjs'
import { accessible, goes, openBrowser, openPage, until, usable } from './kit.mjs'
import { openPhone, syncNow } from './app-kit.mjs'
import { create, phoneOf } from './desk-kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
before(async () => { [stand, browser] = await Promise.all([startStand(null), openBrowser()]) })
beforeEach(() => stand.reset())
after(async () => { await browser?.close(); await stand?.close() })

/** @param {import('playwright-core').Page} page @param {string} name */
async function looks(page, name) {
  for (const [width, height] of [[1366, 768], [360, 740]]) {
    await page.setViewportSize({ width, height })
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await accessible(page, `${name}, ${width}, ${colorScheme}`)
    }
  }
  await usable(page, name)
  await page.setViewportSize({ width: 1366, height: 768 })
}

test('a lead plans a daily visit for somebody, gives a day of it to a nurse, and her phone has it', async t => {
  const nia = await phoneOf(stand, 'nia')
  const page = await openPage(t, browser, stand, `/desk/#/person/${stand.patients.Ames}`, { as: 'lea' })
  await page.getByRole('link', { name: 'What is planned' }).click()
  await page.getByText('Nothing is planned that repeats.').waitFor()
  await page.getByRole('button', { name: 'Plan something that repeats' }).click()
  await page.getByLabel('What for').selectOption('insulin')
  await page.getByText('13 visits are new.').waitFor()
  await page.getByLabel('Minutes there').fill('500')
  await page.getByRole('alert').getByText('It takes 500 minutes, and between 08:00 and 10:00 there are 120.').waitFor()
  await page.locator('.nhsuk-error-message', { hasText: 'It takes 500 minutes' }).waitFor()
  await page.getByLabel('Minutes there').fill('30')
  await page.getByText('13 visits are new.').waitFor()
  await looks(page, 'a plan being made')
  await page.getByRole('button', { name: 'Plan it', exact: true }).click()
  await page.getByText('It is planned. 13 visits are new.').first().waitFor()
  await page.getByText('Insulin, every day').waitFor()
  await accessible(page, 'what is planned')

  // The next day, by the mouse: from nobody to Nia.
  await page.getByRole('link', { name: 'The day', exact: true }).click()
  await page.getByRole('link', { name: 'The day after' }).click()
  const nobody = page.getByRole('region', { name: 'Nobody yet' }), hers = page.getByRole('region', { name: stand.staff.nia.name })
  await nobody.getByText('AMES, Harold').waitFor()
  await nobody.getByRole('listitem').dragTo(hers)
  await hers.getByText('AMES, Harold').waitFor()
  await nobody.getByText('0 visits').waitFor()
  await until('the phone has it', async () => {
    await nia.sync()
    return nia.list('visits').some((/** @type {any} */ v) => v.values.staff === stand.staff.nia.id && v.values.purpose === 'insulin')
  })

  // By keyboard: an hour later, and to Ned.
  await hers.getByRole('button', { name: /^Move: AMES, Harold/ }).focus()
  await page.keyboard.press('Enter')
  await until('the form has the focus', () => page.evaluate(() => document.activeElement?.id === 'move-to'))
  await looks(page, 'a visit being moved')
  await page.getByLabel('To', { exact: true }).selectOption({ value: stand.staff.ned.id })
  await page.getByLabel('From', { exact: true }).fill('09:00')
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: stand.staff.ned.name }).getByText('09:00–11:00').waitFor()
  await page.getByText(`1 visit is moved: ${stand.staff.ned.name}.`).first().waitFor()

  // Her phone and Ned's say what the move changed: see e2e/unit/app-model.test.mjs. A visit that nobody makes is late on the
  // desk's first page, which leads to its board.
  const late = { patient: stand.patients.Ames, team: stand.teams.north, staff: stand.staff.nia.id, status: 'planned', purpose: 'bloods',
    planned_start: new Date(Date.now() - 7_200_000).toISOString(), planned_end: new Date(Date.now() - 3_600_000).toISOString() }
  await create(nia, 'visits', late)
  await nia.sync()
  await page.goto(`${stand.url}/desk/#/start`)
  const row = page.getByRole('listitem').filter({ hasText: 'Visit not made' }).filter({ hasText: 'Bloods' })
  await row.getByText('Bloods').waitFor()
  await looks(page, 'what waits, a late visit first')
  await row.getByRole('link', { name: /AMES, Harold/ }).click()
  await page.getByRole('region', { name: stand.staff.nia.name }).getByText('Not made').waitFor()
  await page.goto(`${stand.url}/desk/#/day/${stand.teams.north}/${day(Date.now() + 86_400_000)}`)

  // What the plan changes leaves that one alone; ending it takes the rest away.
  await page.getByRole('region', { name: stand.staff.ned.name }).getByRole('link', { name: 'The plan' }).click()
  await page.getByLabel('Between', { exact: true }).fill('07:00')
  await page.getByText('12 visits are moved. 1 visit stays as it is: somebody has changed it.').waitFor()
  await page.getByRole('button', { name: 'Change it' }).click()
  await page.getByText('The plan is changed.').first().waitFor()
  await page.getByRole('button', { name: 'End: every day' }).click()
  await page.getByText('The plan has ended. 12 visits are taken away. 1 visit stays as it is').first().waitFor()
})

test('a phone says what a move changed, until its owner has seen it', async t => {
  const ned = await phoneOf(stand, 'ned'), tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const visit = await create(ned, 'visits', { patient: stand.patients.Ames, team: stand.teams.north, staff: stand.staff.ned.id, status: 'planned', purpose: 'insulin',
    planned_start: `${tomorrow}T14:00:00.000Z`, planned_end: `${tomorrow}T14:30:00.000Z` })
  await ned.sync()
  const page = await openPhone(t, browser, stand, 'nia')
  await goes(page.getByText('Changed in your round'))
  await ned.record([{ op: 'update', collection: 'visits', id: visit, seen: ned.open('visits', visit),
    set: { staff: stand.staff.nia.id, planned_start: `${tomorrow}T15:30:00.000Z`, planned_end: `${tomorrow}T16:00:00.000Z` } }])
  await ned.sync()
  await syncNow(page)
  const clock = (/** @type {string} */ at) => new Date(`${tomorrow}T${at}:00Z`).toLocaleTimeString('en-GB', { timeZone: 'Europe/London', hour: '2-digit', minute: '2-digit' })
  await page.getByText(`moved from ${stand.staff.ned.name} to you, ${clock('14:00')} → ${clock('15:30')}.`).waitFor()
  for (const colorScheme of /** @type {const} */ (['dark', 'light'])) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await accessible(page, `what was moved, ${colorScheme}`)
  }
  await usable(page, 'what was moved')
  await page.getByRole('button', { name: 'I have seen it' }).click()
  await goes(page.getByText('Changed in your round'))
  const [{ patient }] = await stand.query('SELECT patient FROM visits WHERE id = ?', visit)
  await page.goto(`${stand.url}/app/#/person/${patient}`) // whoever stands at the door can say who comes next, and when
  await page.getByText(new RegExp(`^Next visit: .*${clock('15:30')} · .*${stand.staff.nia.name}$`)).waitFor()
})

test('a coordinator of volunteers plans check-ins the same way, and sees nothing clinical', async t => {
  const page = await openPage(t, browser, stand, '/desk/#/day', { as: 'una' })
  /** @type {string[]} */ const answers = []
  page.on('response', async r => { if (r.url().includes('/api/care/')) answers.push(await r.text().catch(() => '')) })
  await page.getByRole('heading', { name: 'The team’s day' }).waitFor()
  await page.goto(`${stand.url}/desk/#/plan/${stand.patients.Calder}/new`)
  await page.getByLabel('Minutes there').waitFor()
  await goes(page.getByLabel('What for'))
  await page.getByRole('button', { name: 'Plan it', exact: true }).click()
  await page.getByText('It is planned. 13 visits are new.').first().waitFor()
  await page.getByText('Check-in, every day').waitFor()
  await accessible(page, 'check-ins that are planned')
  assert.doesNotMatch(answers.join(), /CALDER|Calder|1932|NEWS2|insulin/)
})
