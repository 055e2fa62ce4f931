// The loop closes on the nurse's phone: what a practice asks for comes to the top of Today, one nurse takes it on, the other
// sees that, and the practice reads what came of it. The network is really off where it says so.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser } from './kit.mjs'
import { goTo, openPhone, save, saved, syncNow } from './app-kit.mjs'

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

/** @param {import('playwright-core').Page} page */
const answers = page => page.getByRole('region', { name: 'Answers and tasks' })

/** Somebody of a practice answers. @param {string} who @param {string} id @param {string} verb @param {object} body */
async function act(who, id, verb, body) {
  const { version } = await stand.care(who, 'GET', `/handovers/${id}`)
  return stand.care(who, 'POST', `/handovers/${id}/${verb}`, { version, ...body })
}

// U1, U10
test('an answer that asks for work comes to both nurses; one does it without a signal, the other and the practice see that', async t => {
  await stand.reset()
  const nia = await openPhone(t, browser, stand, 'nia')
  await goTo(nia, `#/visit?person=${stand.patients.Ames}`)
  await nia.getByLabel('Visit done').check()
  await nia.getByLabel('Note').fill('Leg is hot and red.')
  await nia.getByRole('group', { name: 'Hand over to the practice or another team?' }).getByLabel('Yes').check()
  await save(nia)
  await saved(nia)
  await syncNow(nia)
  await nia.getByText('Everything sent').waitFor()
  const [{ id }] = await stand.query('SELECT id FROM handovers')
  await act('guy', id, 'answer', { outcome: 'more_work_asked', text: 'Mark the edge and ring me at 18:30.' })
  await stand.settle()

  const ned = await openPhone(t, browser, stand, 'ned')
  for (const page of [nia, ned]) {
    await syncNow(page)
    const card = answers(page).getByRole('listitem')
    await card.getByText('Mark the edge and ring me at 18:30.').waitFor()
    await card.getByText('Asked by Guy Pemberton, Duty GP, Elm Row Surgery').waitFor()
    await page.getByRole('region', { name: 'Sending' }).getByText('1 answer or task').waitFor()
  }
  assert.equal(await nia.locator('main h2').first().innerText(), 'Answers and tasks', 'above what the phone offers')
  await accessible(nia, 'a task at the top of Today')
  await ned.context().setOffline(true)
  await answers(ned).getByRole('button', { name: 'I take this on' }).click()
  await answers(ned).getByText('You have taken this on').waitFor()
  await answers(ned).getByText('Saved on this phone, not sent yet').waitFor()
  await answers(ned).getByRole('link', { name: 'It is done' }).click()
  await ned.getByLabel('How it ended').selectOption('home_visit')
  await accessible(ned, 'saying what came of a task')
  await ned.getByRole('button', { name: 'Save', exact: true }).click()
  await ned.getByText('Say what came of it').first().waitFor()
  await ned.getByLabel('What came of it').fill('Edge marked, 4 cm. No fever.')
  await ned.getByRole('button', { name: 'Save', exact: true }).click()
  await answers(ned).waitFor({ state: 'detached' })
  await ned.context().setOffline(false)
  await syncNow(ned)
  await ned.getByText('Everything sent').waitFor()

  await syncNow(nia)
  await answers(nia).getByText('Ned Okafor: Edge marked, 4 cm. No fever.').waitFor()
  await answers(nia).getByRole('button', { name: 'I have read it' }).click()
  await answers(nia).waitFor({ state: 'detached' })
  const { items } = await stand.care('guy', 'GET', '/handovers?side=sent&state=all')
  assert.deepEqual(items.map((/** @type {any} */ h) => [h.state, h.answer, h.owner.name, h.patient.family_name]), [['done', 'Edge marked, 4 cm. No fever.', stand.staff.ned.name, 'Ames']])

  // The visit is changed: its handover is said to know, and no second one goes out.
  const [{ visit }] = await stand.query('SELECT visit FROM handovers WHERE id = ?', id)
  await goTo(nia, `#/visit/${visit}`)
  await nia.getByRole('heading', { name: 'Change or add to a visit' }).waitFor()
  await nia.getByText('A second one is not sent.').waitFor()
  await accessible(nia, 'changing a visit that was handed over')
  await nia.getByLabel('Note').fill('Leg is hot and red, up to the knee.')
  await save(nia)
  await saved(nia)
  await syncNow(nia)
  await nia.getByText('Everything sent').waitFor()
  assert.deepEqual(await stand.query("SELECT count(*) AS n FROM handovers WHERE visit = ? AND follows = ''", visit), [{ n: 1 }])

  await goTo(nia, `#/handover/${id}`)
  await nia.getByText('What it rests on was changed').waitFor()
  await accessible(nia, 'a handover with its history')
  await nia.getByRole('button', { name: 'Add a line' }).click()
  await nia.getByLabel('What you want to add').fill('Daughter can be rung as well.')
  await nia.getByRole('button', { name: 'Save', exact: true }).click()
  await nia.getByText('Daughter can be rung as well.').waitFor()
})
