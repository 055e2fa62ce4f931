// From an empty server to the first person on a nurse's caseload: the link, the form and what is wrong in it, teams and
// accounts set up at the desk, passwords of one's own, with axe.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { setUp } from './app-kit.mjs'
import { accessible, openBrowser, patience } from './kit.mjs'

const binary = fileURLToPath(new URL('../../dist/doorstep-plain', import.meta.url))
/** @type {import('playwright-core').Browser} */ let browser
/** @type {import('node:child_process').ChildProcess} */ let server
const folder = mkdtempSync(join(tmpdir(), 'doorstep-setup-'))
let link = ''

/** A port that nobody listens on. @returns {Promise<number>} */
const freePort = () => new Promise((resolve, reject) => {
  const s = createServer().listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (s.address())
    s.close(() => resolve(port))
  }).on('error', reject)
})

before(async () => {
  browser = await openBrowser({ own: true })
  server = spawn(binary, ['serve', '--dir', join(folder, 'data'), '--http', `127.0.0.1:${await freePort()}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  link = await new Promise((resolve, reject) => {
    createInterface({ input: /** @type {any} */ (server.stdout) }).on('line', line => {
      const found = line.match(/http:\S+\/setup\/#\S+/)
      if (found) resolve(found[0])
    })
    server.once('exit', code => reject(new Error(`the server ended with ${code}`)))
  })
})
after(async () => {
  await browser?.close()
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true, force: true })
})

test('an empty server is set up in the browser, and whoever did it is at the desk', async t => {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
  t.after(() => page.close())
  page.setDefaultTimeout(patience)
  const shot = (/** @type {string} */ name) => process.env.SHOTS ? page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }) : undefined
  await page.goto(link.replace(/#.*/, ''))
  await page.getByText('This page needs the link that the server printed').waitFor()
  await page.goto(`${link}x`)
  await page.reload()
  await page.getByText('This set-up link does not count').waitFor()
  await accessible(page, 'a link that is none')
  await page.goto(link)
  await page.reload()
  await page.getByLabel('Your name').waitFor()
  await accessible(page, 'the form')
  await shot('setup-360')
  assert.doesNotMatch(await page.locator('main').innerText(), /Without a/)
  await page.getByRole('button', { name: 'Remove: Safeguarding' }).click()
  await page.getByText('a safeguarding concern has no lead').waitFor()
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.getByRole('heading', { name: 'There is a problem' }).waitFor()
  assert.equal(await page.getByLabel('Your name').getAttribute('aria-invalid'), 'true')
  assert.deepEqual(await page.locator('#problem li').allInnerTexts(), ['Your name', 'Your e-mail address', 'A password', 'Name of the neighbourhood', 'Name of your organisation'].map(name => `${name}: This is missing.`))
  await accessible(page, 'what is missing')
  await shot('setup-wrong-360')
  await page.getByLabel('Your name').fill('Ada Quince')
  await page.getByLabel('Your e-mail address').fill('Ada.Quince@trust.example')
  await page.getByLabel('A password').fill('password12')
  await page.locator('#f-name').fill('Riverside')
  await page.locator('#f-organisations-0-name').fill('Riverside Trust')
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.locator('#f-administrator-password-error').waitFor()
  await page.getByLabel('A password').fill('tangerine-ladder-cloud')
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 1366, height: 768 })
  await shot('setup-dark-1366')
  await page.route('**/sign-in', route => route.abort(), { times: 1 }) // it is set up, and then the server is away
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
  await page.getByText('It is set up. The server cannot be reached.').first().waitFor()
  await accessible(page, 'set up, and the server is away')
  await page.getByRole('link', { name: 'Sign in at the desk' }).click()
  await page.getByLabel('E-mail address').fill('ada.quince@trust.example')
  await page.getByLabel('Password', { exact: true }).fill('tangerine-ladder-cloud')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Ada Quince').first().waitFor()
  await page.goto(link)
  await page.reload()
  await page.getByText('This set-up link does not count').waitFor()
})

/** A page of its own, as somebody else's computer. @param {{ after: (fn: () => Promise<void>) => void }} t */
async function another(t) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'en-GB' })
  t.after(() => context.close())
  context.setDefaultTimeout(patience)
  return context.newPage()
}

const strong = 'tangerine-ladder-cloud'

// U15. What an engineer had to do in a database is done at the desk.
test('an administrator sets up a practice, a team and staff, who set passwords of their own, and the lead registers the first person', async t => {
  const page = await another(t), url = link.replace(/\/setup\/.*/, '')
  const shot = (/** @type {string} */ name) => process.env.SHOTS ? page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true }) : undefined
  await page.goto(`${url}/desk/`)
  await page.getByLabel('E-mail address').fill('ADA.quince@trust.example')
  await page.getByLabel('Password', { exact: true }).fill(strong)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Set up', exact: true }).waitFor()
  await page.getByText('There is no safeguarding team').waitFor() // it was taken off the form before
  await accessible(page, 'set up')
  await shot('administration-1366')

  await page.getByRole('link', { name: 'A new team of Riverside Trust' }).click()
  await page.getByLabel('Name').fill('community nurses')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('#set-name-error').waitFor()
  assert.match(await page.locator('#set-name-error').innerText(), /Another team of this organisation has this name/)
  await page.getByLabel('Name').fill('Safeguarding')
  await page.getByLabel('What it does').selectOption('Safeguarding')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Safeguarding is saved.').first().waitFor()
  await page.getByText('There is no safeguarding team').waitFor({ state: 'detached' })

  await page.getByRole('link', { name: 'A new organisation' }).click()
  await page.getByLabel('Name').fill('Bridge Surgery')
  await page.getByLabel('ODS code').fill('a81001')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Bridge Surgery', exact: true }).click()
  await page.getByLabel('Monday').fill('late')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Monday: write the hours of a day').waitFor()
  await accessible(page, 'hours that are none')
  await page.getByLabel('Monday').fill('8.00 – 18.30')
  await page.getByLabel('Nation').selectOption('Scotland')
  await page.getByRole('button', { name: 'Add a day' }).click()
  await page.getByLabel('Day 1', { exact: true }).fill('2026-12-24')
  await page.getByLabel('What for, day 1').fill('Christmas Eve')
  await page.setViewportSize({ width: 360, height: 740 })
  await accessible(page, 'an organisation')
  await shot('organisation-360')
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Bridge Surgery is saved.').first().waitFor()

  await page.getByRole('link', { name: 'Riverside Trust', exact: true }).click()
  await page.getByRole('link', { name: 'What is asked at visits' }).click()
  await page.getByText('4 questions, as they ship').waitFor()
  await accessible(page, 'what is asked at visits')
  await page.getByRole('link', { name: 'Insulin' }).click()
  await page.getByRole('button', { name: 'Remove question 1' }).click()
  await page.getByRole('button', { name: 'Add a question' }).click()
  await page.getByLabel('Question 4', { exact: true }).fill('Saw them eat')
  await page.getByLabel('How question 4 is answered').selectOption('With one of several answers')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Question 4: give two answers to choose from at least').waitFor()
  await page.getByLabel('Answers to question 4').fill('All of it\nSome')
  await page.getByRole('button', { name: 'Move question 4 up' }).click()
  await page.setViewportSize({ width: 360, height: 740 })
  await accessible(page, 'questions of its own')
  await shot('template-360')
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('4 questions of your own').waitFor()
  await shot('templates-1366')
  await page.getByRole('navigation').getByRole('link', { name: 'Set up' }).click()

  /** Makes an account, and returns the address that its picture holds. @param {string} name @param {string} email @param {string} role @param {string} team */
  const invite = async (name, email, role, team, begins = '') => {
    await page.getByRole('link', { name: 'Who has which role' }).click()
    await page.getByRole('link', { name: 'A new account' }).click()
    await page.getByRole('heading', { name: 'A new account' }).waitFor() // the page before has a field of that name as well
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Role').selectOption(role)
    await page.getByLabel('Organisation').selectOption('Riverside Trust')
    await page.getByText('In no team: their phone shows only people').waitFor()
    await page.getByLabel(team).check()
    await page.getByText('In no team').waitFor({ state: 'detached' })
    if (begins) await page.getByLabel('When they begin').fill(begins)
    await page.getByRole('button', { name: 'Make the account' }).press('Enter') // a click may land where the button stood before
    await page.getByRole('button', { name: 'A code for their first password' }).press('Enter')
    const code = (await page.locator('.dk-code__read').innerText()).replaceAll(' ', '')
    await page.getByText('choose “I have a one-time code” and type this code').waitFor()
    await accessible(page, 'a code for somebody')
    await shot('letter-1366')
    await page.getByRole('navigation').getByRole('link', { name: 'Set up' }).click()
    return code
  }
  const nia = await invite('Nia Evans', 'Nia.Evans@trust.example', 'District nurse', 'Community Nurses')
  const lea = await invite('Lea Marsh', 'lea.marsh@trust.example', 'Team lead', 'Community Nurses')
  const joy = await invite('Joy Abara', 'joy@trust.example', 'Support worker', 'Community Nurses', '2040-01-02T08:00')
  await page.getByRole('link', { name: 'Who has which role' }).click()
  await page.getByRole('row', { name: /Joy Abara.*Begins 2 Jan 2040 08:00/ }).waitFor()
  await page.getByRole('row', { name: /Nia Evans.*District nurse.*Riverside Trust.*Community Nurses.*nia\.evans@trust\.example.*No password yet/ }).waitFor()
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page, 'who has which role, dark', { colours: true })
  await shot('accounts-dark-1366')
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.getByRole('button', { name: 'Print the table' }).isVisible(), false)
  assert.equal(await page.getByRole('cell', { name: 'nia.evans@trust.example' }).isVisible(), true)
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' })

  // Nobody is left who administers, if she were to go: it is said beside the field.
  await page.getByRole('link', { name: 'Ada Quince' }).click()
  await page.getByLabel('Role').selectOption('Team lead')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.locator('#set-role-error').waitFor()

  const hers = await another(t)
  await hers.goto(`${url}/account/#code=${nia.toLowerCase()}`)
  await hers.getByText('This is the account of Nia Evans, nia.evans@trust.example.').waitFor()
  await accessible(hers, 'a code that counts')
  await hers.getByLabel('A password of your own').fill(strong)
  await hers.getByLabel('The same once more').fill('tangerine-ladder-clown')
  await hers.getByRole('button', { name: 'Set it and sign in' }).click()
  await hers.getByText('These are two different passwords.').waitFor()
  await hers.getByLabel('A password of your own').fill('niaevans99')
  await hers.getByLabel('The same once more').fill('niaevans99')
  await hers.getByRole('button', { name: 'Set it and sign in' }).click()
  await hers.locator('#password-error').waitFor()
  await accessible(hers, 'a password that will not do')
  await hers.getByLabel('A password of your own').fill(strong)
  await hers.getByLabel('The same once more').fill(strong)
  await hers.getByRole('button', { name: 'Set it and sign in' }).click()
  await hers.getByRole('heading', { name: 'What to do next' }).waitFor()
  await hers.getByText(`open ${new URL(url).host}/app/ on it, and sign in with nia.evans@trust.example`).waitFor()
  await hers.emulateMedia({ colorScheme: 'dark' })
  await accessible(hers, 'what a nurse does next, dark', { colours: true })
  await hers.emulateMedia({ colorScheme: 'light' })
  await hers.getByRole('link', { name: 'This is that phone: set it up' }).click()
  await hers.getByRole('button', { name: 'Set up this phone' }).waitFor()
  await hers.goBack()
  await hers.goto(`${url}/practice/`)
  await hers.getByRole('link', { name: 'Your password' }).click() // where she would look to change it
  await hers.getByLabel('Your present password').fill('another-ladder-cloud')
  await hers.getByLabel('A password of your own').fill('seventeen-green-kettles')
  await hers.getByLabel('The same once more').fill('seventeen-green-kettles')
  await hers.getByRole('button', { name: 'Change it' }).click()
  await hers.locator('#current-error').waitFor()
  await accessible(hers, 'another present password')
  await hers.getByLabel('Your present password').fill(strong)
  await hers.getByRole('button', { name: 'Change it' }).click()
  await hers.getByText('Your password is changed.').first().waitFor()

  await hers.goto(`${url}/account/#code=${joy}`)
  await hers.reload()
  await hers.getByText('This is the account of Joy Abara').waitFor()
  await hers.getByLabel('A password of your own').fill(strong)
  await hers.getByLabel('The same once more').fill(strong)
  await hers.getByRole('button', { name: 'Set it and sign in' }).click()
  await hers.getByText('Your password is set. Your account opens on your first day here.').first().waitFor()
  await accessible(hers, 'a password that is set before the first day')

  const leads = await another(t)
  await leads.goto(`${url}/account/`)
  await leads.getByRole('link', { name: 'I have a one-time code' }).click()
  await leads.getByLabel('Your code').fill(`${lea.slice(0, 4)} ${lea.slice(4)}`)
  await leads.getByRole('button', { name: 'Go on' }).click()
  await leads.getByLabel('A password of your own').fill(strong)
  await leads.getByLabel('The same once more').fill(strong)
  await leads.route('**/sign-in', route => route.abort(), { times: 1 }) // the password is set, and then there is no signal
  await leads.getByRole('button', { name: 'Set it and sign in' }).click()
  await leads.getByText('Your password is set. The server cannot be reached.').first().waitFor()
  await accessible(leads, 'a password that is set without a signal')
  await leads.getByRole('link', { name: 'Sign in with it' }).click()
  await leads.getByLabel('E-mail address').fill('lea.marsh@trust.example')
  await leads.getByLabel('Password', { exact: true }).fill(strong)
  await leads.getByRole('button', { name: 'Sign in' }).click()
  await leads.getByRole('link', { name: 'Back to your work' }).click()
  await leads.waitForURL('**/practice/**')
  await leads.goto(`${url}/desk/#/register`)
  await leads.getByLabel('Family name').fill('Testpatient')
  await leads.getByLabel('Given name').fill('Ivy')
  await leads.getByLabel('Whose caseload').selectOption('Community Nurses')
  await leads.getByRole('button', { name: 'Register' }).click()
  await leads.getByText('TESTPATIENT, Ivy is registered.').first().waitFor()

  // As the README tells it: at the end a nurse's phone has a person on it.
  const phone = await another(t)
  await phone.setViewportSize({ width: 360, height: 740 })
  await phone.goto(`${url}/app/`)
  await setUp(phone, /** @type {any} */ ({ staff: { nia: { email: 'nia.evans@trust.example' } }, password: 'seventeen-green-kettles' }), 'nia')
  await phone.getByLabel('Find a person').fill('ivy')
  await phone.getByRole('link', { name: /TESTPATIENT, Ivy/ }).click()
  await phone.getByRole('heading', { name: /TESTPATIENT, Ivy/ }).waitFor()
  if (process.env.SHOTS) await phone.screenshot({ path: `${process.env.SHOTS}/first-person-360.png`, fullPage: true })
  await phone.getByRole('link', { name: 'Record a visit' }).first().click()
  await phone.getByLabel('What is the visit for?').selectOption('Insulin')
  await phone.getByLabel('Visit done').check()
  await phone.getByRole('group', { name: 'Saw them eat' }).getByLabel('Some').check() // what her organisation asks
  if (process.env.SHOTS) await phone.screenshot({ path: `${process.env.SHOTS}/own-question-360.png`, fullPage: true })
})
