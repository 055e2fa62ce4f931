// A phone whose clock is two days wrong, and a practice and a desk at computers that are wrong as well: everybody reads
// the time it was, and what the phone's own clock said.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { when } from '../../pb_public/shared/ui/format.js'
import { startStand } from '../stand/stand.mjs'
import { openBrowser, openPage } from './kit.mjs'
import { couldNotCall, openPhone, saved, purpose } from './app-kit.mjs'

const days = 86_400_000

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
before(async () => { [stand, browser] = await Promise.all([startStand(null), openBrowser()]) })
after(async () => { await browser?.close(); await stand?.close() })

const london = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', weekday: 'short', day: 'numeric', month: 'short' })
/** The day as pages write it. @param {number} ms */
const dayOf = ms => london.format(ms).replace(',', '')

for (const [how, ahead] of /** @type {const} */ ([['fast', -2 * days], ['slow', 2 * days]])) {
  test(`the clock is two days ${how}: the visit happened when it happened, on the phone, at the practice and at the desk`, async t => {
    await stand.reset()
    await stand.clock(ahead) // the server's clock is right; this machine, and so every browser, is wrong
    const began = Date.now()
    const said = new RegExp(`the phone’s clock said ${dayOf(Date.now())} \\d\\d:\\d\\d`)
    const page = await openPhone(t, browser, stand, 'nia')
    await page.goto(`${stand.url}/app/#/visit?person=${stand.patients.Ames}`)
    await page.getByLabel('Visit done').check()
    await purpose(page) // by the server's clock nothing is planned for them
    for (const [label, value] of [['Respiration rate', '26'], ['Oxygen saturation', '91'], ['Systolic blood pressure', '104'], ['Pulse', '112'], ['Temperature', '38,6']]) await page.getByLabel(label).fill(value)
    await page.getByLabel('Breathing air').check()
    await page.getByLabel('Alert').check()
    await page.getByLabel('Note').fill(`By a ${how} clock`)
    await couldNotCall(page)
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await saved(page) // and the app is where it goes after saving
    await page.getByText('1 visit not sent').waitFor()
    const look = async () => {
      await page.goto(`${stand.url}/app/#/person/${stand.patients.Ames}`)
      await page.getByRole('link', { name: /the phone’s clock said .* Completed/ }).first().waitFor() // the last note has one too
      return page.locator('main').evaluate(e => e.textContent ?? '') // what is out of sight has no inner text
    }
    /** @param {string} text @param {string} when */
    const corrected = (text, when) => assert.match(text, new RegExp(`\\d\\d:\\d\\d \\(${said.source}\\)`), when)
    corrected(await look(), 'before it is sent')
    assert.match(await page.locator('main').innerText(), /As of \d\d:\d\d, (just now|\d+ minutes? ago)\./, 'how old it is goes by the time it is, too')
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Sync now' }).click()
    await page.getByText('Everything sent').waitFor()
    corrected(await look(), 'when it was sent')

    const [row] = await stand.query('SELECT id, clinical_time, received_at, started_at FROM visits WHERE note = ?', `By a ${how} clock`)
    assert.ok(row, 'it arrived')
    const late = Date.parse(row.received_at) - Date.parse(row.clinical_time)
    assert.ok(late >= 0 && late <= Date.now() - began, `it happened at ${row.clinical_time}, ${late} ms before it reached the server`)
    assert.ok(Date.parse(row.started_at) >= began && Date.parse(row.started_at) <= Date.now(), `${row.started_at} is what the phone’s clock said`)

    const guy = await openPage(t, browser, stand, '/practice/', { as: 'guy' })
    await guy.locator('a[data-row]').first().click()
    await guy.locator('.pi-detail').waitFor()
    assert.match(await guy.locator('.pi-detail').innerText(), new RegExp(`Recorded \\d\\d:\\d\\d by Nia Evans, District nurse, reached the server \\d\\d:\\d\\d\\. This time is corrected: ${said.source}`))

    const [handover] = await stand.query("SELECT id FROM handovers WHERE class = 'E'")
    const lea = await openPage(t, browser, stand, `/desk/#/handover/${handover.id}`, { as: 'lea' })
    await lea.getByText('The readings behind it').click()
    const desk = await lea.locator('main').innerText()
    assert.match(desk, new RegExp(`Recorded\\s+\\d\\d:\\d\\d, Nia Evans, ${said.source}`))
    assert.doesNotMatch(desk, /Corrected|\d{4}-\d\d-\d\dT/, 'no raw values')
    // By the clock of this computer it is two days late already, or not due before the day after tomorrow.
    const { due } = await stand.care('lea', 'GET', `/handovers/${handover.id}`)
    await lea.getByText(`Due ${when(due, Date.now() + ahead)}`, { exact: true }).waitFor()
  })
}
