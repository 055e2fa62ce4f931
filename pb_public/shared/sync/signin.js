// @ts-check
// Who uses this device, and enrolling it for them.

import { eraseAll } from './directive.js'
import { Refusal } from './errors.js'
import { exchange } from './exchange.js'
import { renumber } from './outbox.js'

/** @typedef {import('./core.js').Core} Core */

/**
 * Makes the device that person's; '' where only the server knows whose code it is. While unsent work of somebody else is
 * on it this is refused: nothing may be lost, and
 * nothing sent under another name.
 * @param {Core} core @param {string} staff
 */
export async function become(core, staff) {
  const { self, aside } = core.state
  if (self.directive === 'wipe') throw new Refusal('wiped', 'this device was wiped')
  const other = self.staff !== '' && self.staff !== staff
  if (other && (core.unsent().length > 0 || aside.length > 0)) throw new Refusal('unsent',
      'unsent work of another person is on this device')
  await core.commit(t => {
    if (other) eraseAll(t)
    const { device, enrol, directive } = t.state.self
    t.putSelf({ staff, enrol: device === '' ? 'first' : enrol || (directive === 'relogin' ? 'again' : ''),
        directive: directive === 'relogin' ? '' : directive })
  })
}

/** @param {Core} core */
export const mustEnrol = core => core.state.self.device === '' || core.state.self.enrol !== ''

/** Whether there is something to enrol with. A device that forked proves itself with the key it has. @param {Core} core */
export const canEnrol = ({ state: { self }, pass }) => pass.code !== ''
  || (self.staff !== '' && (pass.token !== '' || (self.enrol === 'anew' && self.device !== '')))

/** Binds this device to the person who signed in. @param {Core} core */
export async function enrol(core) {
  if (core.state.self.key === null) {
    // Stored before it is sent: when the answer is lost, the same key is enrolled again.
    const key = await core.keys.create()
    await core.commit(t => t.putSelf({ key }))
  }
  if (core.state.self.enrol === 'anew' && core.state.self.nextClient === '') {
    // A client of our own choosing, kept so that a lost answer does not make a third one.
    const nextClient = core.newID()
    await core.commit(t => t.putSelf({ nextClient }))
  }
  const { self } = core.state
  /** @type {Record<string, unknown>} */
  const body = { name: core.name, platform: core.platform, public_key: await core.keys.publicKey(self.key) }
  let bearer = core.pass.token
  if (core.pass.code) body.code = core.pass.code
  if (self.device === '' && core.replaces) body.replaces = core.replaces
  if (self.enrol === 'again' && self.client) body.client = self.client
  if (self.enrol === 'anew') {
    body.client = self.nextClient
    if (!bearer && !core.pass.code) bearer = core.access.text
  }
  const answer = await exchange(core, { method: 'POST', path: '/devices', body, bearer })
  await core.commit(t => enrolled(t, answer))
  core.forget()
}

/**
 * @param {import('./state.js').Tx} t
 * @param {{ device: string, client: string, name?: string, me?: import('./storage.js').Json }} answer
 */
function enrolled(t, { device, client, name = '', me = null }) {
  const { self, outbox } = t.state
  const old = self.client
  // A code that was typed names nobody; the server knows whose it is.
  const whose = /** @type {any} */ (me)?.id
  if (self.staff === '' && whose) t.putSelf({ staff: whose })
  t.putSelf({ device, client, enrol: '', nextClient: '', directive: '', me, called: name })
  if (old === client) return
  const former = old && !self.former.includes(old) ? [...self.former, old] : self.former
  t.putSelf({ former, confirmedMid: 0, confirmedKey: '' })
  renumber(t, outbox[0]?.place ?? self.nextPlace, 0)
}

/** Whether nothing can be sent before somebody signs in. @param {Core} core */
export function needsSignIn(core) {
  const { staff, directive } = core.state.self
  if (directive === 'wipe') return false
  return staff === '' || directive === 'relogin' || (mustEnrol(core) && !canEnrol(core))
}
