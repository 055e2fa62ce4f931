// @ts-check
// Beside each change that is not answered lies, in the same commit, the same change sealed to the server: a locked phone, which can
// read none of them, sends those (locked.js). protocol.md §6.6.

import { base64url, fromBase64url, utf8 } from './base64.js'
import { KeyGone } from './key.js'
import { placeKey } from './state.js'

/** @typedef {import('./core.js').Core} Core */
/** @typedef {import('./state.js').Tx} Tx */
/** @typedef {import('./state.js').Change} Change */
/** @typedef {import('./key.js').PublicKey} PublicKey */
/** @typedef {{ kid: string, suite: string, key: string }} SealingKey the server's, as hello told it; `key` is base64url */

/**
 * What a client needs to leave work for a locked phone to send.
 * @typedef {object} Sealing
 * @property {import('./key.js').Keys} keys hold the key a locked phone signs in with: outside of whatever locks the rest
 * @property {string} suite the one that `seal` seals with, by the numbers of RFC 9180
 * @property {(key: Uint8Array, terms: Uint8Array, plain: Uint8Array) => Promise<Uint8Array>} seal HPKE in base mode: the encapsulated
 *   key and the ciphertext after it
 */

/**
 * A sealed change, as it is stored and as it travels.
 * @typedef {{ mid: number, key: string, kid: string, sealed: string, signature: string }} SealedChange
 */

/**
 * What a locked phone must know to speak to the server. Nothing about anybody.
 * @typedef {{ device: string, client: string, epoch: string, offset_ms: number, key: import('./storage.js').Json }} Cover
 */

/** The change as it travels. @param {Change} c */
export const mutation = ({ mid, key, author, authored_at, ops }) => ({ mid, key, author, authored_at, ops })

/** The public half of the key for a locked phone, made where there is none; undefined where none is wanted. @param {Core} core */
export async function lockedKey(core) {
  if (!core.sealing) return undefined
  const { keys } = core.sealing
  try {
    if (core.state.self.lockedKey !== null) return await keys.publicKey(core.state.self.lockedKey)
  } catch (error) {
    if (!(error instanceof KeyGone)) throw error
  }
  const made = await keys.create() // kept before it is told: the server then knows it by hello
  await core.commit(t => t.putSelf({ lockedKey: made, sealTo: null }))
  return keys.publicKey(made)
}

/**
 * Notes the server's key to seal to, as it answered hello: none where it has none, or one of another suite.
 * @param {Tx} t @param {any} said
 */
export function noteSealingKey(t, said) {
  const sealTo = said && said.suite === t.core.sealing?.suite ? { kid: said.kid, suite: said.suite, key: said.key } : null
  if (JSON.stringify(sealTo) !== JSON.stringify(t.state.self.sealTo)) t.putSelf({ sealTo })
}

/**
 * Adds to a commit what it means for a locked phone: a sealed twin of each change that is not answered, none of the others. Where
 * the device, its key, its client or the server's key has changed, all of them are sealed anew. What cannot be sealed is sent
 * when the phone is unlocked.
 * @param {Tx} t
 */
export async function sealBeside(t) {
  const { core, state: { self } } = t
  if (!core.sealing) return
  const able = self.sealTo !== null && self.lockedKey !== null && self.key !== null && self.device !== '' && self.enrol === ''
    && self.directive !== 'wipe'
  const sealedFor = able ? JSON.stringify([self.device, self.client, self.key, self.sealTo]) : ''
  const anew = sealedFor !== self.sealedFor
  if (anew) t.putSelf({ sealedFor })
  const due = anew ? t.state.outbox.map(c => ({ place: placeKey(c.place), change: c })) : []
  for (const { key, value } of t.written('outbox')) {
    if (!anew || value === undefined) due.push({ place: key, change: /** @type {any} */ (value) })
  }
  for (const { place, change } of due) {
    const sealable = able && change && !change.answered && change.client === self.client
    const twin = sealable ? await seal(core, change).catch(() => null) : null
    if (twin) t.put('sealed', place, twin)
    else t.take('sealed', place)
  }
  if (!t.wroteSelf) return
  const { device, client, epoch, offsetMs, lockedKey } = self
  if (able) t.put('locked', 'locked', { device, client, epoch, offset_ms: offsetMs, key: lockedKey })
  else t.take('locked', 'locked')
}

/** @param {Core} core @param {Change} c @returns {Promise<SealedChange>} */
async function seal(core, c) {
  const { device, client, key: handle, sealTo } = core.state.self
  const { kid, key } = /** @type {SealingKey} */ (sealTo)
  const terms = utf8(['doorstep sealed change v1', client, c.mid, c.key].join('|'))
  const sealing = /** @type {Sealing} */ (core.sealing)
  const sealed = base64url(await sealing.seal(fromBase64url(key), terms, utf8(JSON.stringify(mutation(c)))))
  const signed = utf8(['doorstep sealed by v1', device, client, c.mid, c.key, kid, sealed].join('|'))
  const signature = base64url(await core.keys.sign(handle, signed))
  return { mid: c.mid, key: c.key, kid, sealed, signature }
}
