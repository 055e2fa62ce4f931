// What somebody wants: written down without a network, on the phone of everybody who works towards it, each with their part.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { accessible, openBrowser, usable } from './kit.mjs'
import { goTo, openPhone, save, syncNow } from './app-kit.mjs'

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

const own = 'I want to sit in my garden again', safe = 'To sit in the garden', step = 'Walk with her to the back door'

test('a goal that was written down without a network is on the other phones when it is back, and is reviewed as the person says', async t => {
  await stand.reset()
  const nia = await openPhone(t, browser, stand, 'nia'), ned = await openPhone(t, browser, stand, 'ned'), val = await openPhone(t, browser, stand, 'val')
  await nia.context().setOffline(true)
  await goTo(nia, `#/person/${stand.patients.Calder}`)
  await nia.getByText('Nobody has written down yet what they want.').waitFor()
  await nia.getByRole('link', { name: 'Write down a goal' }).click()
  await save(nia)
  await nia.getByText('Write down what they want').waitFor()
  await nia.getByLabel('What do they want, in their own words?').fill(own)
  await nia.getByRole('button', { name: 'Add a step' }).click()
  await nia.getByLabel('Step 1: what is to be done').fill(step)
  await nia.getByLabel('Step 1: by when').fill('2030-03-20')
  const friends = 'Friends of Riverside'
  await nia.getByLabel('Step 1: who does it').selectOption({ label: friends })
  await nia.getByLabel('Ask them again on').fill('2030-04-02')
  await save(nia)
  await nia.getByText('Write what the service that helps may read').waitFor()
  await nia.getByLabel('Safe to share').fill(safe)
  await accessible(nia, 'the form of a goal')
  await usable(nia, 'the form of a goal')
  await save(nia)
  const card = nia.getByRole('listitem').filter({ hasText: own })
  await card.getByText(`Helping: ${friends}`).waitFor()
  await card.getByText('Ask again on 2 Apr 2030').waitFor()
  await accessible(nia, 'a person with a goal')
  await nia.context().setOffline(false)
  await syncNow(nia)
  await nia.getByText('Everything sent').waitFor()

  await syncNow(ned)
  await goTo(ned, `#/person/${stand.patients.Calder}`)
  await ned.getByRole('listitem').filter({ hasText: own }).getByText(`${step} · ${friends} · by 20 Mar 2030`).waitFor()

  await syncNow(val)
  await val.getByText(`Wants: ${safe}`).first().waitFor()
  await goTo(val, `#/checkin?person=${stand.patients.Calder}`)
  await val.getByText(`${step} · by 20 Mar 2030`).waitFor()
  assert.equal(await val.getByText(own).count(), 0, 'a volunteer reads the words that were not written for them')
  await accessible(val, 'a check-in with a goal')
  await val.getByRole('button', { name: `Mark as done: ${step}` }).click()
  await val.getByText(`${step} · done`).waitFor()
  await syncNow(val)
  await val.getByText('Everything sent').waitFor()

  await syncNow(ned)
  await ned.getByRole('listitem').filter({ hasText: own }).getByText(`${step} · ${friends} · done`).waitFor()
  await ned.getByRole('link', { name: `Review or change: ${own}` }).click()
  await ned.getByLabel('Partly met').check()
  await ned.getByLabel('What do they say about it?').fill('I stood at the door')
  await save(ned)
  await ned.getByText('I stood at the door').waitFor()
  await ned.getByText('Everything sent').waitFor()
  await syncNow(nia)
  await nia.getByText('I stood at the door').waitFor()
})
