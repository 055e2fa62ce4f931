// The inbox in the hands of those who are no practice: a safeguarding lead, social care, and a team lead who
// comes from the desk.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPhone } from './app-kit.mjs'
import { accessible, openPage, until } from './kit.mjs'
import { becomes, inbox, loaded, names, press } from './practice-kit.mjs'

const here = inbox()

/** Notes everything that the server tells a page. @param {import('playwright-core').Page} page */
function overhear(page) {
  /** @type {Promise<string>[]} */ const heard = []
  page.on('response', r => { if (r.url().includes('/api/') && !r.url().endsWith('/stream')) heard.push(r.text().catch(() => '')) })
  return async () => (await Promise.all(heard)).join('\n')
}

test('a volunteer’s safeguarding concern reaches the safeguarding lead, and only them', async t => {
  const { stand } = here
  const secret = 'A stranger has her bank card'
  const val = await openPhone(t, here.browser, stand, 'val')
  await val.goto(`${stand.url}/app/#/checkin?person=${stand.patients.Calder}`)
  await val.getByRole('group', { name: 'Did you see or speak to them?' }).getByLabel('Yes').check()
  await val.getByLabel('As usual').check()
  await val.getByText('Somebody may not be safe').click()
  await val.getByLabel('What happened or what you saw').fill(secret)
  await val.getByRole('button', { name: 'Save', exact: true }).click()
  await val.getByText('Everything sent').waitFor()

  const sage = await here.page(t, 'sage')
  await loaded(sage)
  assert.match(await sage.locator('[data-group]').innerText(), /Safeguarding/)
  await sage.locator('a[data-row]').click()
  await sage.locator('.pi-detail').getByText(secret).first().waitFor()
  await press(sage, 'Accept')
  await sage.getByText(/^Accepted: /).first().waitFor()
  await press(sage, 'Answer')
  await sage.getByLabel('What happens now?').selectOption({ label: 'Referred on' })
  await sage.getByLabel('Your answer').fill('Raised with the council')
  await sage.getByRole('button', { name: 'Send the answer' }).click()
  await sage.getByText(/^Answered: /).first().waitFor()

  for (const [who, path] of [['guy', '/practice/'], ['rita', '/practice/'], ['sol', '/practice/'], ['una', '/practice/'], ['lea', '/desk/'], ['una', '/desk/'], ['cora', '/desk/']]) {
    const page = await openPage(t, here.browser, stand, path, { as: who })
    const told = overhear(page)
    await page.reload()
    await page.locator('h1').waitFor()
    await page.waitForLoadState('load')
    if (path === '/practice/') {
      await loaded(page)
      await page.getByRole('button', { name: 'Closed' }).click()
      await page.locator('[data-group], .pi-empty').first().waitFor()
    } else {
      await page.getByRole('link', { name: 'Handovers', exact: true }).click()
      await page.getByRole('heading', { name: 'Handovers that are stuck' }).waitFor()
    }
    const text = await told()
    assert.ok(text.includes('"items"'), `${who}: nothing was overheard`)
    for (const word of [secret, 'bank card', 'Raised with the council']) assert.ok(!text.includes(word) && !text.includes(word.toUpperCase()), `${who} at ${path} is told "${word}"`)
  }
  const [{ id }] = await stand.query("SELECT id FROM handovers WHERE class = 'SG'")
  for (const who of ['guy', 'sol']) await assert.rejects(here.read(id, who), { status: 404 }, who)
  await val.getByRole('link', { name: 'My work' }).click()
  await val.locator('.app-card').first().waitFor()
  assert.doesNotMatch(await val.locator('main').innerText(), /bank card/, 'its author keeps a receipt without content')
})

test('social care accepts and answers one, and hands the other on to mental health', async t => {
  const { stand, nia } = here
  const stairs = await nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Cannot manage the stairs', recommendation: 'Please assess for a bed downstairs', to_team: stand.teams.homes })
  const mood = await nia.handOver({ patient: stand.patients.Calder, class: 'R', situation: 'Low since her sister died', recommendation: 'Please visit', to_team: stand.teams.homes })
  const sol = await here.page(t, 'sol')
  await becomes(() => names(sol), ['AMES, Harold', 'CALDER, Mabel'])
  await sol.locator('a[data-row]').first().click()
  await press(sol, 'Accept')
  await sol.getByText('Accepted: AMES, Harold').first().waitFor()
  await press(sol, 'Answer')
  await sol.getByLabel('What happens now?').selectOption({ label: 'Home visit' })
  await sol.getByLabel('Your answer').fill('A bed comes on Thursday')
  await sol.getByRole('button', { name: 'Send the answer' }).click()
  await becomes(async () => { const h = await here.read(stairs, 'sol'); return [h.state, h.outcome, h.answer] }, ['done', 'home_visit', 'A bed comes on Thursday'])

  await sol.goto(`${stand.url}/practice/#/h/${mood}`)
  await sol.getByRole('heading', { level: 1, name: 'CALDER, Mabel' }).waitFor()
  await press(sol, 'Hand on')
  await sol.getByLabel('Which team?').selectOption({ label: 'Community mental health (mental health)' })
  await sol.getByLabel('Why do you hand it on?').fill('Bereavement, not housing')
  await sol.locator('.pi-form button[type=submit]').click()
  await sol.getByText('It is now with Community mental health.').first().waitFor()

  const mia = await here.page(t, 'mia')
  await becomes(() => names(mia), ['CALDER, Mabel'])
  await mia.locator('a[data-row]').click()
  await mia.locator('.pi-detail').getByText('Low since her sister died').first().waitFor()
  assert.match(await mia.locator('.pi-history').innerText(), /Handed on by Sol Adeyemi: Bereavement, not housing/)
  const guy = await here.page(t, 'guy')
  await loaded(guy)
  assert.deepEqual(await names(guy), [], 'neither was the practice’s')

  // The practice is asked, too: each reads that the other was, and one answers theirs with the other.
  const sleep = await nia.handOver({ patient: stand.patients.Calder, class: 'R', situation: 'Sleeps badly since her sister died', recommendation: 'Please see her' })
  await guy.goto(`${stand.url}/practice/#/h/${sleep}`)
  const beside = guy.getByRole('region', { name: 'Another partner was asked too' })
  await beside.getByText(/^Community mental health: Routine, Seen, asked by /).waitFor()
  assert.doesNotMatch(await guy.locator('main').innerText(), /Low since her sister/, 'what it says stays with those who have it')
  await beside.getByRole('button', { name: 'Answer ours with what Community mental health was asked' }).click()
  await accessible(guy, 'a form that joins')
  await guy.locator('.pi-form button[type=submit]').click()
  await becomes(async () => (await here.read(sleep, 'guy')).state, 'stood_down')
  await mia.goto(`${stand.url}/practice/#/h/${mood}`)
  await mia.reload()
  await mia.locator('.pi-history').getByText(/your answer counts for both/).waitFor()
})

test('a team lead comes from the desk to one handover in the inbox, with nothing to sign in to', async t => {
  const { stand, nia } = here
  await stand.save('teams', { route: 'phone' }, stand.teams.elm)
  await stand.settle()
  const id = await nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
  await until('the call is asked for', async () => (await stand.query('SELECT state FROM handovers WHERE id = ?', id))[0].state === 'call_needed')
  const lea = await openPage(t, here.browser, stand, `/desk/#/handover/${id}`, { as: 'lea' })
  await lea.getByRole('link', { name: 'Open it in the inbox, to answer it' }).click()
  await lea.getByRole('heading', { level: 1, name: 'AMES, Harold' }).waitFor()
  assert.equal(new URL(lea.url()).pathname + new URL(lea.url()).hash, `/practice/#/h/${id}`)
  await lea.locator('.pi-detail').getByText('Wound broken down').first().waitFor()
})
