// A clinical lead writes a rule at the desk, is told why it cannot run, tries it over what was recorded, and another one approves it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, goes, looked, openBrowser, openPage, usable } from './kit.mjs'
import { create, phoneOf } from './desk-kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
before(async () => {
  ;[stand, browser] = await Promise.all([startStand(null), openBrowser()])
  for (const who of ['lou', 'sage']) await stand.save('staff', { role: 'clinical_lead', teams: [] }, stand.staff[who].id)
  await stand.settle()
})
after(async () => { await browser?.close(); await stand?.close() })

const cases = JSON.stringify([{ name: 'they refused', holds: true, record: { status: 'refused' } },
  { name: 'they did not', holds: false, record: { status: 'completed' } }])

/** A visit that is recorded now. @param {any} phone @param {string} status */
async function visited(phone, status) {
  await create(phone, 'visits', { patient: stand.patients.Ames, team: stand.teams.north, staff: stand.staff.nia.id, purpose: 'wellbeing', status,
    started_at: new Date().toISOString() })
  await phone.sync()
  await stand.settle()
}

test('a rule is written, refused, mended, tried, kept in shadow, and approved by somebody else', async t => {
  const nia = await phoneOf(stand, 'nia')
  await visited(nia, 'refused')
  const lou = await openPage(t, browser, stand, '/desk/#/rules', { as: 'lou' })
  const shipped = lou.locator('.dk-card').filter({ hasText: 'no_reply' }).first()
  await shipped.getByText(/^When a visit says so: .* It goes to .*, as .*, with the ask/).waitFor()
  await shipped.getByText('record.status == "no_access"').waitFor()
  await shipped.getByText(/It ships with Doorstep/).waitFor()
  await looked(lou, 'rules')
  await usable(lou, 'the rules')
  await lou.getByRole('link', { name: 'Write a new rule' }).focus()
  await lou.keyboard.press('Enter')

  const trigger = lou.getByLabel('It holds when')
  await lou.getByLabel('What it means').fill('They refused')
  await lou.getByLabel('Short name').fill('refused_visit')
  await lou.getByLabel('What they are asked to do').fill('Please ring them')
  await lou.getByLabel('Golden cases').fill(cases)
  await trigger.fill('record.colour == "blue"')
  await lou.getByRole('button', { name: 'Does it run?' }).press('Enter')
  await lou.getByText(/^It cannot run: .*colour/).waitFor()
  await lou.getByRole('button', { name: 'Keep it in shadow' }).press('Enter')
  await lou.getByRole('alert').getByText(/^The rule cannot run: .*colour/).waitFor()
  await lou.waitForFunction(() => document.activeElement?.id === 'rule-trouble')
  assert.equal(await trigger.getAttribute('aria-invalid'), 'true', 'the field says that it is wrong')
  await looked(lou, 'rule-refused')
  await trigger.fill('record.status == "completed"')
  await lou.getByRole('button', { name: 'Does it run?' }).press('Enter')
  await lou.getByText('It runs').waitFor()
  assert.equal(await lou.getByText('Otherwise', { exact: true }).count(), 2, 'both golden cases come out otherwise')
  await trigger.fill('record.status == "refused"')
  await lou.getByText('What a rule can ask').click()
  await lou.getByText('record.status').or(lou.getByText('status', { exact: true })).first().waitFor()

  await t.test('what it would have raised is counted with progress, and a server that was started anew says that it has it no more', async () => {
    /** @type {() => void} */ let goOn = () => {}
    const held = new Promise(resolve => { goOn = () => resolve(null) })
    await lou.route('**/rules/backtests/*', async route => { await held; await route.continue() })
    await lou.getByRole('button', { name: 'Try it', exact: true }).press('Enter')
    await lou.getByRole('progressbar', { name: /of \d+ people/ }).waitFor()
    await accessible(lou, 'a backtest that runs')
    await stand.restart()
    goOn()
    await lou.getByText('The server was started anew, and what was counted is gone. Begin again.').waitFor()
    await lou.unroute('**/rules/backtests/*')
    await lou.getByRole('button', { name: 'Try it', exact: true }).press('Enter')
    await lou.getByRole('region', { name: 'Alarms of this rule by day and practice' }).getByRole('row', { name: /Elm Row Surgery 0 1$/ }).waitFor()
    await lou.getByRole('region', { name: 'Alarms by rule' }).getByRole('row', { name: /^refused_visit 0 1$/ }).waitFor()
    await looked(lou, 'rule-tried')
    await usable(lou, 'a rule that was tried')
  })

  await lou.getByRole('button', { name: 'Keep it in shadow' }).press('Enter')
  await lou.getByText('They refused is in shadow.').first().waitFor()
  const hers = lou.locator('.dk-card').filter({ hasText: 'refused_visit, version 1' })
  await hers.getByText('Somebody else has to approve it: you wrote it.').waitFor()
  await hers.getByText(/Owner: Lou Castellan.*2 golden cases.*would have raised 0 alarms/).waitFor()
  await visited(nia, 'refused')

  const sage = await openPage(t, browser, stand, '/desk/#/rules', { as: 'sage' })
  const theirs = sage.locator('.dk-card').filter({ hasText: 'refused_visit, version 1' })
  await theirs.getByText(/would have raised 1 alarm/).waitFor()
  await looked(sage, 'rule-in-shadow')
  await sage.getByRole('button', { name: 'Approve: They refused' }).focus()
  await sage.keyboard.press('Enter')
  await sage.getByText('They refused is in force.').first().waitFor()
  await theirs.getByText(/Approved by Sage Holloway/).waitFor()
  await goes(sage.getByRole('button', { name: 'Approve: They refused' }))
  await visited(nia, 'refused')
  assert.equal((await stand.query(`SELECT count(*) AS n FROM alarms WHERE rule = 'refused_visit'`))[0].n, 1, 'it raises from when it is in force')
})
