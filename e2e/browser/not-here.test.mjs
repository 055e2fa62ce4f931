// A practice says what it takes elsewhere than in its inbox; a nurse reads it before she writes, and is offered the other ways.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { day } from '../../pb_public/shared/ui/format.js'
import { openPhone, saved } from './app-kit.mjs'
import { looked, openPage, until as eventually } from './kit.mjs'
import { inbox, loaded } from './practice-kit.mjs'

const here = inbox()

test('what a practice takes elsewhere is read before anything is written, and sent another way', async t => {
  const { stand, browser } = here
  const guy = await here.page(t, 'guy')
  await loaded(guy)
  await guy.getByText(/^What .+ takes elsewhere$/).click()
  await guy.getByRole('button', { name: 'Not here: routine matters' }).click()
  const until = day(Date.now() + 90 * 86_400_000)
  await guy.getByLabel('Until and with').fill(until)
  await guy.getByRole('button', { name: 'Take it elsewhere' }).click()
  await guy.getByText('Say where it goes instead').waitFor()
  await looked(guy, 'not-here-form')
  await guy.getByLabel('Where it goes instead').fill('Ring reception after two: 01632 960001')
  await guy.getByRole('button', { name: 'Take it elsewhere' }).click()
  await guy.getByText(/does not take routine matters here until .+ Senders read: Ring reception after two/).waitFor()
  await looked(guy, 'not-here')
  await here.nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
  await here.nia.handOver({ patient: stand.patients.Calder, class: 'R', situation: 'Dressings run out' })
  await stand.settle()
  await eventually('both have come', async () => { // the figures are those of the moment at which somebody looks
    const [came] = await stand.query("SELECT count(DISTINCT handover) AS n FROM handover_events WHERE kind IN ('sent', 'declined')")
    return came.n >= 2
  })
  await guy.getByText('What came in four weeks').click()
  const row = (/** @type {RegExp} */ name) => guy.getByRole('row', { name })
  await row(/^Same day/).waitFor()
  await row(/^Routine/).waitFor()
  assert.match(await row(/^Same day/).innerText(), /not yet, after/, 'nobody has replied')
  assert.match(await row(/^Routine/).innerText(), /1\s+none\s+none\s+0\s+0\s+1/, 'nobody there saw it')
  await looked(guy, 'figures')
  const rita = await openPage(t, browser, stand, '/practice/', { as: 'rita' }) // reception reads it, and decides nothing
  await rita.getByText(/does not take routine matters here until/).waitFor()
  assert.equal(await rita.getByText(/takes elsewhere$/).count(), 0)

  const phone = await openPhone(t, browser, stand, 'nia')
  await phone.getByRole('link', { name: /AMES/ }).first().click()
  await phone.getByRole('link', { name: 'Record a visit' }).click()
  await phone.getByLabel('Visit done').check()
  await phone.getByRole('group', { name: /Hand/ }).getByLabel('Yes').check()
  await phone.getByLabel('How urgent').selectOption('R')
  const said = phone.locator('#elsewhere')
  await said.getByText(/does not take routine matters in its inbox until .+ decided that/).waitFor()
  await said.getByText('Instead: Ring reception after two: 01632 960001').waitFor()
  await looked(phone, 'not-here-phone')
  await phone.getByLabel('How urgent').selectOption('SD')
  await said.waitFor({ state: 'detached' }) // anything in a hurry comes
  await phone.getByLabel('How urgent').selectOption('R')
  await said.getByRole('button', { name: /^Send it to / }).click()
  await said.waitFor({ state: 'detached' })
  await phone.getByLabel('Situation').fill('Dressings run out next week')
  await phone.getByRole('button', { name: 'Save', exact: true }).click()
  await saved(phone)

  await guy.getByRole('button', { name: 'Change or end: routine matters' }).click()
  await guy.getByRole('button', { name: 'Take it here again' }).click()
  await guy.getByText(/does not take routine matters here/).waitFor({ state: 'detached' })
})
