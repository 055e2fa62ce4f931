// The kit itself: it must see what it is there to see.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { Handset, scores8 } from './handset.mjs'
import { accessible, openBrowser, openPage, walkByTab, watch } from './kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
before(async () => { [stand, browser] = await Promise.all([startStand(null), openBrowser()]) })
after(async () => { await browser?.close(); await stand?.close() })

test('a page that is well is found to be well', async t => {
  const page = await openPage(t, browser, stand, '/')
  await accessible(page, 'the first page')
  assert.ok((await walkByTab(page)).length >= 2)
})

test('what the policy forbids, and what throws, is noted', async t => {
  const page = await browser.newPage()
  t.after(() => page.close())
  const troubles = watch(page)
  await page.goto(stand.url + '/')
  const thrown = page.waitForEvent('pageerror')
  await page.evaluate(() => {
    const made = document.createElement('script')
    try { made.text = 'document.title = "taken over"' } catch { /* Trusted Types */ }
    document.body.append(made)
    setTimeout(() => { throw new Error('thrown in the page') })
  })
  await thrown
  assert.ok(troubles.some(m => /TrustedScript|Content Security Policy/.test(m)), troubles.join('\n'))
  assert.ok(troubles.some(m => /thrown in the page/.test(m)), troubles.join('\n'))
  assert.notEqual(await page.title(), 'taken over')
})

test('what axe breaks on, and what covers the focus, is found', async t => {
  const page = await openPage(t, browser, stand, '/')
  await page.evaluate(() => document.body.append(document.createElement('button')))
  await assert.rejects(accessible(page, 'a button without a name'), /button-name/)
  await page.evaluate(() => {
    const cover = document.createElement('div')
    cover.style.cssText = 'position:fixed;inset:0'
    document.body.append(cover)
  })
  await assert.rejects(walkByTab(page), /something covers it/)
})

test('a phone hands over, and readings raise a handover by themselves', async () => {
  const nia = await Handset.of(stand, 'nia')
  const patient = stand.patients.Ames
  const byHand = await nia.handOver({ patient, class: 'SD', situation: 'Wound broken down' })
  await nia.readings({ patient, ...scores8 }, { minutesAgo: 188 })
  const { items } = await stand.care('rita', 'GET', '/handovers')
  assert.deepEqual(items.map(h => [h.id === byHand, h.class]).sort(), [[false, 'E'], [true, 'SD']])
})
