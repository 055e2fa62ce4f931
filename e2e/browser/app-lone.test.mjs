// Working alone: a nurse goes in without a network, presses for help, and her lead sees to it at the desk.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser, openPage, usable } from './kit.mjs'
import { goTo, openPhone, syncNow } from './app-kit.mjs'

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

test('a nurse goes in without a network, presses for help, and the lead sees to it', async t => {
  await stand.reset()
  const nia = await openPhone(t, browser, stand, 'nia')
  await nia.context().setOffline(true)
  await goTo(nia, `#/person/${stand.patients.Calder}`)
  await nia.getByRole('link', { name: 'Working alone' }).click()
  await nia.getByText('no lone-worker service to BS 8484').waitFor()
  await nia.getByLabel('The number of this phone').fill('07700 900123')
  await nia.getByLabel('30 min').check()
  await accessible(nia, 'going in')
  await usable(nia, 'going in')
  await nia.getByRole('button', { name: 'I am going in' }).click()
  await nia.getByText('Your team does not know this yet').waitFor()
  await accessible(nia, 'being in')
  await usable(nia, 'being in')
  await goTo(nia, '#/today')
  await nia.getByRole('region', { name: 'Working alone' }).getByRole('button', { name: 'I am out' }).waitFor()
  await goTo(nia, '#/lone')
  await nia.getByRole('button', { name: 'Help', exact: true }).click()
  await nia.getByText('It is NOT SENT yet').waitFor()
  await nia.context().setOffline(false)
  await syncNow(nia)
  await nia.getByText('It was sent to your team').waitFor()

  const lea = await openPage(t, browser, stand, '/desk/', { as: 'lea' })
  await lea.getByRole('link', { name: 'Working alone' }).first().click()
  const card = lea.locator('li[data-stay]').filter({ hasText: 'Pressed for help' })
  await card.getByText('Nobody sees to it').waitFor()
  await card.getByRole('link', { name: /07700 900123/ }).waitFor()
  await accessible(lea, 'who is alone')
  await card.getByRole('button', { name: /^I see to it/ }).click()
  await card.getByText(/sees to it since/).waitFor()
  await card.getByRole('button', { name: /^Rang, no answer/ }).click()
  await card.getByText(/rang, no answer/).waitFor()
  await card.getByRole('button', { name: /^They are safe: close/ }).click()
  await card.locator('form').getByRole('button', { name: 'They are safe: close' }).click()
  await lea.getByText('Say how you know that they are safe').waitFor()
  await card.getByLabel('How you know that they are safe').fill('Rang again: she is in her car')
  await accessible(lea, 'closing')
  await card.locator('form').getByRole('button', { name: 'They are safe: close' }).click()
  await lea.getByText('Nobody is in anywhere').waitFor()
  await lea.getByText('Rang again: she is in her car').first().waitFor()

  await syncNow(nia)
  await nia.getByRole('button', { name: 'I am going in' }).waitFor()
  assert.equal(await nia.getByLabel('The number of this phone').inputValue(), '07700 900123', 'the number is not asked again')
})
