// A team is told beyond its inbox: its ways are set up and tried at the desk, and what cannot be delivered comes before a lead.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startStand } from '../stand/stand.mjs'
import { looked, openBrowser, openPage } from './kit.mjs'
import { create, phoneOf } from './desk-kit.mjs'

/** @type {import('../stand/stand.mjs').Stand} */ let stand
/** @type {import('playwright-core').Browser} */ let browser
/** @type {import('node:http').Server} */ let receiver
/** What came, and what the receiver says to the next. */ const came = /** @type {any[]} */ ([])
let says = 202, address = ''

before(async () => {
  receiver = createServer((request, response) => {
    let body = ''
    request.on('data', part => { body += part }).on('end', () => {
      if (says === 202) came.push(JSON.parse(body))
      response.writeHead(says).end()
    })
  })
  await new Promise(resolve => { receiver.listen(0, '127.0.0.1', () => resolve(undefined)) })
  address = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (receiver.address()).port}`
  ;[stand, browser] = await Promise.all([startStand(null), openBrowser()])
  await stand.save('staff', { role: 'server_administrator', teams: [], organisation: '' }, stand.staff.ada.id)
  await stand.settle()
})
after(async () => {
  await browser?.close()
  await stand?.close()
  receiver?.close()
})

test('ways of a team are set up and tried, and what cannot be delivered is chased by its lead to the end', async t => {
  const admin = await openPage(t, browser, stand, '/desk/', { as: 'ada' })
  await admin.getByRole('link', { name: 'Oak Street Practice' }).nth(1).click() // its team
  await admin.getByRole('link', { name: 'Ways to reach it beyond its inbox' }).click()
  await admin.getByText('It has no way but its inbox: somebody has to look there.').waitFor()
  await admin.getByRole('link', { name: 'Add the first way' }).click()
  await admin.getByLabel('Address').fill('http://receiver.example/')
  await admin.getByLabel('Routine and information together at').fill('8.30')
  await admin.getByRole('button', { name: 'Add it' }).click()
  await admin.locator('#set-address-error').getByText('begins with https://').waitFor()
  await admin.locator('#set-digest-error').getByText('Write each time of day as 08:30.').waitFor()
  await looked(admin, 'a-way-with-errors')
  await admin.getByLabel('Address').fill(address)
  await admin.getByLabel('Routine and information together at').fill('08:30, 14:00')
  await admin.getByRole('button', { name: 'Add it' }).click()
  await admin.getByText(/^whsec_/).waitFor()
  await looked(admin, 'a-secret')
  await admin.getByRole('link', { name: 'Ways to Oak Street Practice' }).last().click()
  await admin.getByText('Not tried yet').waitFor()
  says = 503
  await admin.getByRole('button', { name: /^Send a test/ }).click()
  await admin.getByText('The test did not arrive: the receiver says not now. The receiver said HTTP 503.').waitFor()
  await admin.getByText(/It does not work since/).waitFor()
  await looked(admin, 'ways')
  says = 202
  await admin.getByRole('button', { name: /^Send a test/ }).click()
  await admin.getByText('The test was taken there.').first().waitFor()
  await admin.getByText(/It worked/).waitFor()
  assert.deepEqual(came.splice(0).map(c => c.type), ['test'])
  await admin.getByRole('link', { name: /^Change/ }).click()
  await admin.getByLabel('When it is used').selectOption('while it is open')
  await admin.getByLabel('When it is used').selectOption('at any time')
  await admin.getByRole('button', { name: 'Save' }).click()
  await admin.getByText('Routine and information together, each day at 08:30, 14:00').waitFor()
  await admin.getByText('A link and how urgent it is leave by it, and nothing else.').waitFor()

  await admin.getByRole('link', { name: /^Change/ }).click()
  await admin.getByLabel('How much leaves by it').selectOption('The whole handover, as FHIR with the PDF')
  await admin.getByRole('button', { name: 'Save' }).click()
  await admin.locator('#set-agreed-with-error').getByText('Whole handovers leave only where their receiver agreed to it').waitFor()
  await admin.locator('#set-digest-error').getByText('What leaves in full is not gathered').waitFor()
  await looked(admin, 'nobody-agreed')
  await admin.getByLabel('How much leaves by it').selectOption('A link and how urgent it is')
  await admin.getByLabel('Agreed with').fill('Dr Owen')
  await admin.getByLabel('Agreed on').fill('2026-03-01')
  await admin.getByRole('button', { name: 'Save' }).click()
  await admin.getByText('Its receiver may read what it was told of, as agreed with Dr Owen on 1 Mar 2026.').waitFor()
  await admin.getByRole('button', { name: /^A token to read with/ }).click()
  await admin.getByText(/^dsr_/).waitFor()
  await admin.getByText(/^A token to read with, made .* by Ada.*, never used\./).waitFor()
  await looked(admin, 'a-token')
  await admin.getByRole('button', { name: /^Take it back/ }).click()
  await admin.getByText('The token opens nothing any more.').first().waitFor()

  says = 410
  const nia = await phoneOf(stand, 'nia')
  const id = await create(nia, 'handovers', { patient: stand.patients.Birch, from_team: stand.teams.north, class: 'U2', situation: 'New confusion', recommendation: 'Please ring' })
  await nia.sync()
  const lea = await openPage(t, browser, stand, '/desk/', { as: 'lea' })
  await lea.getByRole('link', { name: /^1 Could not be delivered/ }).click()
  const card = lea.getByRole('listitem').filter({ hasText: 'BIRCH' })
  await card.getByText('By their own system it could not be delivered to Oak Street Practice, because the receiver refused it.').waitFor()
  await looked(lea, 'undelivered')
  says = 202
  await card.getByRole('button', { name: /^Send again/ }).click()
  await lea.getByText('Nothing here waits for somebody to ring or to send it again.').waitFor()
  await lea.goto(`${stand.url}/desk/#/handover/${id}`)
  await lea.getByText(/By their own system, as a link: taken by their machine/).waitFor()
  assert.equal(came[0].data.handover, id)
  assert.doesNotMatch(JSON.stringify(came), /Birch|confusion|Nia/)
  const [file] = await Promise.all([lea.waitForEvent('download'), lea.getByRole('button', { name: 'Download as PDF' }).click()])
  assert.equal(file.suggestedFilename(), `handover-${id}.pdf`)
  const [bundle] = await Promise.all([lea.waitForEvent('download'), lea.getByRole('button', { name: 'Download as FHIR, for another system' }).click()])
  assert.equal(bundle.suggestedFilename(), `handover-${id}.fhir.json`)
  const folder = await mkdtemp(join(tmpdir(), 'doorstep-'))
  t.after(() => rm(folder, { recursive: true }))
  await bundle.saveAs(join(folder, 'bundle.json')) // this browser is shared: a path in it says nothing here
  const read = JSON.parse(await readFile(join(folder, 'bundle.json'), 'utf8'))
  assert.equal(read.entry.find((/** @type {any} */ e) => e.resource.resourceType === 'Task').resource.id, id)
  await looked(lea, 'handover-with-ways')

  says = 410
  await create(nia, 'handovers', { patient: stand.patients.Dunne, from_team: stand.teams.north, class: 'U2', situation: 'Fell', recommendation: 'Please see' })
  await nia.sync()
  await lea.goto(`${stand.url}/desk/#/undelivered`)
  await lea.getByRole('button', { name: /^I rang: DUNNE/ }).click()
  await lea.getByLabel('Yes').check()
  await lea.getByLabel('Who', { exact: true }).fill('Ravi')
  await lea.getByRole('button', { name: 'Record a call' }).click()
  await lea.getByText('Call recorded: it counts as received.').first().waitFor()
  await lea.goto(`${stand.url}/desk/#/undelivered`)
  await lea.getByText('Nothing here waits for somebody to ring or to send it again.').waitFor()

  await lea.goto(`${stand.url}/desk/#/handovers/call_needed`) // what is urgent stands as a call to make, whatever a machine took
  await lea.getByRole('link', { name: /BIRCH/ }).waitFor()
  assert.equal(await lea.getByRole('link', { name: /DUNNE/ }).count(), 0, 'whoever was reached needs no call')
})

test('whoever a mail led to a handover asks for a one-time link, reads it and acknowledges it without an account', async t => {
  says = 202
  const nia = await phoneOf(stand, 'nia')
  const id = await create(nia, 'handovers', { patient: stand.patients.Birch, from_team: stand.teams.north, class: 'SD', situation: 'Wound broken down', recommendation: 'Please prescribe' })
  await nia.sync()
  const page = await openPage(t, browser, stand, `/practice/#/h/${id}`)
  await page.getByRole('heading', { name: 'No account here?' }).waitFor()
  await looked(page, 'no-account')
  await page.getByRole('button', { name: 'Send a one-time link to our mailbox' }).click()
  await page.getByText('on its way to the mailbox of the practice and counts for 15 minutes.').waitFor()

  // The mail itself is read in internal/server/once_test.go; here it is the page that it leads to.
  const handover = { ...await stand.care('lea', 'GET', `/handovers/${id}`), may: [] }, until = new Date(Date.now() + 900_000).toISOString()
  /** @type {any[]} */ const acknowledged = []
  const context = page.context()
  await context.route('**/api/care/v1/once', r => r.fulfill(r.request().postDataJSON().link === 'good'
    ? { json: { session: 's', until, handover } } : { status: 401, json: { code: 'code_invalid', message: 'This link is unknown, used or too old.' } }))
  await context.route('**/api/care/v1/once/acknowledge', r => { acknowledged.push(r.request().postDataJSON()); return r.fulfill({ json: { state: 'acknowledged' } }) })
  const once = await openPage(t, browser, stand, '/once/#old', { context })
  await once.getByText('This link opens one handover, once.').waitFor()
  await once.getByRole('button', { name: 'Open the handover' }).click()
  await once.getByText('This link is unknown, used or too old.').waitFor()
  await looked(once, 'once-over')
  await once.goto(`${stand.url}/once/#good`)
  await once.reload()
  await once.getByRole('button', { name: 'Open the handover' }).click()
  await once.getByText('Wound broken down').waitFor()
  assert.equal(new URL(once.url()).hash, '', 'the link is in no history')
  await looked(once, 'once-opened')
  await once.getByLabel('Your name').fill('Rita Ames')
  await once.getByLabel('What you do there').fill('Reception')
  await once.getByRole('button', { name: 'We have it' }).click()
  await once.getByText('Acknowledged. The sender sees it.').first().waitFor()
  assert.deepEqual(acknowledged, [{ session: 's', name: 'Rita Ames', role: 'Reception' }])
  /** @type {any[]} */ const asked = []
  await context.route('**/api/care/v1/once/account', r => { asked.push(r.request().postDataJSON()); return r.fulfill({ status: 202, json: { asked: true } }) })
  await once.getByLabel('Your own e-mail address').fill('rita.ames@practice.example')
  await once.getByRole('button', { name: 'Ask for an account' }).click()
  await once.getByText('gives you a code for your first password.').first().waitFor()
  assert.deepEqual(asked, [{ session: 's', name: 'Rita Ames', email: 'rita.ames@practice.example', role: 'Reception' }])
  await looked(once, 'once-account-asked')

  // The request itself is made in internal/server/account_requests_test.go; here it is what an administrator does with it.
  await stand.control('/exec', { sql: `INSERT INTO account_requests (id, once, team, name, email, role, made_at) VALUES ('01kav4p8r2c0000000000000r1', 'x', '${stand.teams.oak}', 'Rita Ames', 'rita.ames@practice.example', 'Reception', '2026-11-30 09:00:00.000Z')` })
  const admin = await openPage(t, browser, stand, '/desk/#/accounts', { as: 'ada' })
  await admin.getByText('Nobody has checked who they are: ring the practice first.').waitFor()
  await looked(admin, 'accounts-asked-for')
  await admin.getByRole('link', { name: 'Make the account of Rita Ames' }).click()
  await admin.getByLabel('Role').selectOption('practice_reception')
  await admin.getByRole('button', { name: 'Make the account' }).click()
  await admin.getByRole('heading', { name: 'Rita Ames' }).waitFor()
  await admin.goto(`${stand.url}/desk/#/accounts`)
  await admin.getByRole('link', { name: 'Rita Ames' }).waitFor()
  assert.equal(await admin.getByText('Asked for').count(), 0, 'whoever has an account asks no more')
  await looked(once, 'once-done')
  assert.equal((await stand.query('SELECT count(*) AS n FROM once_links'))[0].n, 0, 'a practice without a mailbox gets no link')
})
