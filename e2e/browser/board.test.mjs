// The board of a neighbourhood: who coordinates it reads five questions, sets a target, notes what was decided, and lets somebody in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { looked, openPage } from './kit.mjs'
import { inbox } from './practice-kit.mjs'

const here = inbox()

test('a coordinator reads the board, sets a target and lets a receptionist read it too', async t => {
  const { stand, browser } = here
  await here.nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
  await stand.settle()
  const page = await openPage(t, browser, stand, '/board/', { as: 'cora' })
  await page.getByRole('heading', { name: /how we work together/ }).waitFor()
  for (const name of ['Are people waiting?', 'Do things arrive?', 'Who works with whom?', /same faces/, 'What did we promise each other?']) {
    await page.getByRole('heading', { name }).waitFor()
  }
  assert.equal(await page.getByRole('cell', { name: 'hidden' }).first().isVisible(), true, 'one handover waits, and is not shown')
  await looked(page, 'board')
  await page.getByText('Who else reads this board').click()
  await page.getByLabel('Their e-mail address').fill('rita@example.org')
  await page.getByText('Set a target').click()
  await page.getByLabel('What', { exact: true }).selectOption({ label: 'Received in time' })
  await page.getByLabel('Aim, in per cent').fill('90')
  await page.getByLabel('By which day').fill('2099-03-31')
  await page.getByRole('button', { name: 'Set it' }).click()
  await page.getByRole('row', { name: /Received in time.*90%/ }).waitFor()
  await page.getByText('Note a review: Received in time').click()
  await page.getByLabel('What was decided').fill('Two practices try a duty line.')
  await page.getByRole('button', { name: 'Note it' }).click()
  await page.getByText(/Two practices try a duty line\./).first().waitFor()
  assert.equal(await page.getByLabel('Their e-mail address').inputValue(), 'rita@example.org', 'what was typed in another form stays')
  await page.getByRole('button', { name: 'Let them in' }).click()
  await page.getByRole('button', { name: /Not any more/ }).waitFor()
  await looked(page, 'board-promised')
  const rita = await openPage(t, browser, stand, '/board/', { as: 'rita' })
  await rita.getByRole('heading', { name: /how we work together/ }).waitFor()
  assert.equal(await rita.getByText('Set a target').count(), 0, 'she reads, and decides nothing')
})
