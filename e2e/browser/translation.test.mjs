// A browser that translates the page: it puts <font> in the place of each text. What is shown must go on being true: a
// number of before the translation that stays where it was is worse than none. (B3)
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { openBrowser, openPage, translate, until } from './kit.mjs'
import { goTo, openPhone, recordVisit, syncNow } from './app-kit.mjs'
import { Handset, scores8 } from './handset.mjs'
import { openDoors } from './practice-kit.mjs'
import { disagree, phoneOf } from './desk-kit.mjs'

/** @type {any} */ let stand
/** @type {any} */ let browser
before(async () => { stand = await startStand(null); browser = await openBrowser() })
after(async () => { await browser?.close(); await stand?.close() })

test('whatever a template looks like, what it shows after a translation is what it shows without one', async t => {
  const page = await openPage(t, browser, stand, '/practice/')
  const differ = await page.evaluate(async () => {
    const { html, nothing, render, repeat, svg } = await import(/** @type {any} */ ('/shared/ui/html.js'))
    /** @type {Record<string, (v: any) => any>} the shapes that pages are made of */
    const shapes = {
      'alone': v => html`<p>${v}</p>`,
      'text after it': v => html`<p>${v} of them</p>`,
      'text before it': v => html`<p>NEWS2 ${v}</p>`,
      'text around it': v => html`<p>at least ${v}, not complete</p>`,
      'two in a row': v => html`<p>${v}${v}</p>`,
      'two with text between': v => html`<p>${v} · ${v}</p>`,
      'at the end of a template': v => html`<p>a</p>${v}`,
      'a template, and text after it': v => html`<p>${v ? html`<b>${v}</b>` : nothing} more</p>`,
      'a template or a text': v => html`<p>${typeof v === 'number' ? html`<b>${v}</b>` : v}, then</p>`,
      'a template or another': v => html`<p>${v ? html`yes ${v}` : html`<i>no</i> ${v}`}. End</p>`,
      'a list of texts': v => html`<p>${v ? [v, 'x', v] : []} end</p>`,
      'a list of templates': v => html`<ul>${(v ? [1, 2, v] : [2]).map(n => html`<li>${n}, ${v}</li>`)}</ul>`,
      'a keyed list': v => html`<ul>${repeat(v ? [3, v, 1] : [1, 3], (/** @type {any} */ n) => n, (/** @type {any} */ n) => html`<li>${n} (${v})</li>`)} </ul>`,
      'attributes beside it': v => html`<p class="a ${v} b" title='>'>${v} c</p>`,
      'in a picture': v => html`<svg>${svg`<text>${v} d</text>`}</svg>`,
    }
    const values = [1, 2, '', 'a few words', null, 'others', 0, undefined, 3]
    /** As Chrome does. `blank`: the spaces between elements too. @param {Node} root @param {boolean} blank */
    const wrap = (root, blank) => {
      const texts = [], walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
      while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode))
      for (const text of texts) {
        if (!blank && !text.data.trim()) continue
        const font = document.createElement('font')
        font.append(Object.assign(document.createElement('font'), { textContent: text.data }))
        text.replaceWith(font)
      }
    }
    const wrong = []
    for (const [name, shape] of Object.entries(shapes)) {
      for (const blank of [false, true]) {
        const plain = document.createElement('div'), translated = document.createElement('div')
        try {
          for (const from of values) for (const to of values) for (const v of [from, to]) {
            render(shape(v), plain)
            render(shape(v), translated)
            if (plain.textContent !== translated.textContent) wrong.push(`${name}: ${translated.textContent}, not ${plain.textContent}`)
            wrap(translated, blank)
          }
        } catch (e) { wrong.push(`${name}${blank ? ', spaces too' : ''}: ${e}`) }
      }
    }
    const two = document.createElement('p'), show = (/** @type {string} */ text) => render(html`${text} end`, two)
    show('One. Two.')
    const text = /** @type {Text} */ ([...two.childNodes].find(n => n.nodeType === Node.TEXT_NODE))
    text.replaceWith(...['One. ', 'Two.'].map(said => Object.assign(document.createElement('font'), { textContent: said })))
    show('Three.')
    if (two.textContent !== 'Three. end') wrong.push(`a text that became two elements: ${two.textContent}`)
    return [...new Set(wrong)]
  })
  assert.deepEqual(differ, [])
})

/** Readings that score 14, typed into the form. @param {import('playwright-core').Page} page */
async function typeReadings(page) {
  for (const [label, value] of [['Respiration rate', '26'], ['Oxygen saturation', '90'], ['Systolic blood pressure', '89'], ['Pulse', '132'], ['Temperature', '39.5']]) await page.getByLabel(label).fill(value)
}

test('on the phone: the score while it is typed, what is not sent, and how a change stands', async t => {
  await stand.reset()
  const pages = [await openPhone(t, browser, stand, 'nia'), await openPhone(t, browser, stand, 'ned')]
  const [translated, plain] = pages
  for (const page of pages) {
    await page.context().setOffline(true)
    await goTo(page, `#/visit?person=${stand.patients.Ames}`)
    await page.getByLabel('Visit done').check()
    await page.getByLabel('Respiration rate').fill('18')
    await page.getByText('NEWS2 at least 0').waitFor()
  }
  await translate(translated)
  for (const page of pages) await typeReadings(page)
  await plain.getByText('NEWS2 at least 14').waitFor()
  const score = (/** @type {any} */ page) => page.locator('.app-vitals .ds-banner').innerText()
  const points = (/** @type {any} */ page) => page.locator('.app-points').allInnerTexts()
  await until('the same score', async () => await score(translated) === await score(plain))
  assert.deepEqual(await points(translated), await points(plain))
  assert.match(await score(translated), /at least 14/)
  await goTo(translated, '#/today')
  await translate(translated)
  await recordVisit(translated, stand.patients.Birch, 'With a translated page')
  await translated.getByText('1 visit not sent').waitFor()
  await goTo(translated, '#/items')
  await translated.getByText('Saved on this phone').first().waitFor()
  await translate(translated)
  await translated.context().setOffline(false)
  await syncNow(translated)
  await translated.getByText('Everything sent').waitFor()
  assert.equal(await translated.getByRole('region', { name: 'Sending' }).getByText('not sent').count(), 0)
  await until('it is sent, and says so', async () => await translated.locator('main .ds-tag').filter({ hasText: /^↑\s*Sent$/ }).count() === 1)
})

test('in the inbox and at the desk: counters, states and rows', async t => {
  await stand.reset()
  await openDoors(stand)
  const phone = await Handset.of(stand, 'nia')
  const inbox = await openPage(t, browser, stand, '/practice/', { as: 'rita' })
  await inbox.getByText('Everything has been received.').waitFor()
  await translate(inbox)
  await phone.readings({ patient: stand.patients.Ames, ...scores8 })
  await phone.handOver({ patient: stand.patients.Calder, class: 'R', situation: 'Wound broken down' })
  await inbox.getByRole('button', { name: 'To receive (2)' }).waitFor()
  await inbox.getByText('2 people shown').waitFor()
  await translate(inbox)
  await inbox.locator('[data-group]').filter({ hasText: 'CALDER' }).getByRole('button', { name: /^Acknowledge receipt/ }).click()
  await inbox.getByRole('button', { name: 'To receive (1)' }).waitFor()
  await inbox.getByRole('button', { name: 'In hand (1)' }).waitFor()
  await inbox.getByText('1 person shown').waitFor()

  const desk = await openPage(t, browser, stand, '/desk/', { as: 'lea' })
  const waits = () => desk.locator('main').innerText()
  await desk.getByRole('link', { name: /To decide/ }).first().waitFor()
  await desk.getByRole('heading', { name: 'All that waits' }).waitFor()
  const before = await waits()
  await translate(desk)
  const [nia, ned] = await Promise.all(['nia', 'ned'].map(who => phoneOf(stand, who)))
  await disagree(stand, nia, ned, stand.patients.Birch, ['Heel red', 'Heel broken', 'Heel better'])
  const fresh = await openPage(t, browser, stand, '/desk/', { as: 'lea' })
  await until('the translated desk shows what a fresh one shows', async () => {
    const [now, right] = [await waits(), await fresh.locator('main').innerText()]
    return now !== before && now === right
  })
})

test('pages ask not to be translated', async t => {
  for (const path of ['/', '/app/', '/desk/', '/practice/']) {
    const page = await openPage(t, browser, stand, path)
    assert.deepEqual(await page.evaluate(() => [document.documentElement.translate, document.querySelector('meta[name=google]')?.getAttribute('content')]), [false, 'notranslate'], path)
  }
})
