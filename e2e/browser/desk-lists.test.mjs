// A lead keeps a list of people to keep in touch with; the planner is offered who is due, and the phones say it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser, openPage, until, usable } from './kit.mjs'
import { goTo, openPhone, syncNow } from './app-kit.mjs'
import { create, phoneOf } from './desk-kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
before(async () => { [stand, browser] = await Promise.all([startStand(null), openBrowser()]) })
after(async () => { await browser?.close(); await stand?.close() })

/** @param {import('playwright-core').Page} page @param {string} name */
async function looks(page, name) {
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 })
    await accessible(page, `${name}, ${width}`)
  }
  await usable(page, name)
  await page.setViewportSize({ width: 1280, height: 900 })
}

test('somebody is put on a list, the phone of a nurse says when they are due, and after her visit the desk says who saw them', async t => {
  await stand.reset()
  const page = await openPage(t, browser, stand, '/desk/#/lists', { as: 'lea' })
  await page.getByText('There is no list yet.').waitFor()
  await page.getByRole('button', { name: 'Make a list' }).click()
  await page.getByLabel('To be seen every so many days').fill('14')
  await page.getByRole('button', { name: 'Make the list' }).click()
  await page.getByRole('alert').getByText(/name/).waitFor()
  await page.getByLabel('What it is called').fill('Frailty')
  await looks(page, 'a list being made')
  await page.getByRole('button', { name: 'Make the list' }).click()
  await page.getByText('Frailty is made: 0 people.').first().waitFor()
  await looks(page, 'the lists')

  await page.goto(`${stand.url}/desk/#/person/${stand.patients.Ames}`)
  await page.getByRole('link', { name: 'Lists they are on' }).click()
  await page.getByRole('button', { name: 'Put on it: AMES, Harold' }).click()
  await page.getByLabel('Why').fill('Lives alone')
  await looks(page, 'somebody being put on a list')
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Put on it', exact: true }).press('Enter')
  await page.getByText('AMES, Harold is on the list.').first().waitFor()
  await looks(page, 'the lists of a person')

  const nia = await openPhone(t, browser, stand, 'nia')
  await syncNow(nia)
  await goTo(nia, `#/person/${stand.patients.Ames}`)
  const card = nia.getByRole('region', { name: 'To keep in touch' }).getByRole('listitem')
  await card.getByText('Frailty').waitFor()
  await card.getByText('To be seen every 14 days').waitFor()
  await accessible(nia, 'a person on a list')

  // They were to be seen long ago, and at whatever hour this runs no visit is to come: the planner is offered them, and the
  // list says that they are overdue.
  await stand.exec(`UPDATE visits SET status = 'cancelled' WHERE status = 'planned' AND patient = '${stand.patients.Ames}'`)
  await stand.exec(`UPDATE contact_people SET since = '2020-01-01', due_on = '2020-01-15'`)
  await page.goto(`${stand.url}/desk/#/day`)
  const due = page.getByRole('region', { name: 'To keep in touch with, and nothing is planned' })
  await due.getByText('AMES, Harold').waitFor()
  await looks(page, 'the day with somebody due')
  await page.getByRole('link', { name: 'Lists', exact: true }).click()
  await page.getByRole('link', { name: '1 overdue' }).click()
  await page.getByRole('link', { name: 'AMES, Harold' }).waitFor()
  await looks(page, 'who is overdue')

  const hers = await phoneOf(stand, 'nia')
  await create(hers, 'visits', { patient: stand.patients.Ames, team: stand.teams.north, staff: stand.staff.nia.id, status: 'completed', purpose: 'wellbeing', started_at: new Date().toISOString() })
  await hers.sync()
  await page.getByRole('link', { name: 'Everybody' }).click()
  await until('the desk says who saw them', async () => {
    await page.reload()
    await page.locator('h1').waitFor()
    return await page.getByText(new RegExp(`Seen .*${stand.staff.nia.name}`)).count() > 0
  })
  assert.equal(await page.getByText('Overdue: by').count(), 0)

  // Taken off again, with why.
  await page.getByRole('button', { name: 'Take off: AMES, Harold' }).click()
  await page.getByLabel('Why').fill('Moved in with his daughter')
  await page.getByRole('button', { name: 'Take off', exact: true }).click()
  await page.getByText('AMES, Harold is off the list.').first().waitFor()
  await syncNow(nia)
  await nia.getByRole('region', { name: 'To keep in touch' }).waitFor({ state: 'detached' })
})

test('a rule is asked whom it means before it is saved, and one that cannot run says why', async t => {
  await stand.reset()
  const page = await openPage(t, browser, stand, '/desk/#/lists', { as: 'lea' })
  await page.getByRole('button', { name: 'Make a list' }).click()
  await page.getByLabel('What it is called').fill('Very old')
  await page.getByLabel('Who is on it').selectOption('rule')
  await page.getByLabel('The rule').fill('patient.colour == "blue"')
  await page.getByRole('button', { name: 'Whom does it mean?' }).click()
  await page.getByRole('alert').getByText('The rule cannot run: patient has no field "colour".').waitFor()
  await page.getByLabel('The rule').fill('age != null && age >= 18')
  await page.getByRole('button', { name: 'Whom does it mean?' }).click()
  await page.getByText(/It means \d+ of \d+ people on the team’s caseload\./).waitFor()
  await looks(page, 'a rule that was asked')
  await page.getByRole('button', { name: 'Make the list' }).click()
  await page.getByText(/Very old is made: \d+ (person|people)\./).first().waitFor()
  await page.getByRole('button', { name: 'End: Very old' }).click()
  await looks(page, 'a list about to end')
  await page.getByRole('button', { name: 'End the list' }).click()
  await page.getByText('There is no list yet.').waitFor()
})
