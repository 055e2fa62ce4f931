// @ts-check
// The PIN of one shift: how long it works, how many tries it has, and how it opens the vault. What it is worth:
// docs/adr/009.
import { VaultError } from './errors.js'
import { unwrapBySecret } from './wraps.js'

/** @typedef {import('./key-store.js').KeyStore} KeyStore */
/** @typedef {import('./key-store.js').PinWrap} PinWrap */

/** How long a PIN works, in milliseconds: one shift. */
export const pinLife = 12 * 60 * 60_000
/** How many wrong PINs in a row destroy it. */
export const pinTries = 5
/** How far a clock may step back before a PIN counts as run out, in milliseconds. */
const slack = 5 * 60_000

/**
 * A clock that was set back does not make a shift longer.
 * @param {PinWrap} pin @param {number} now milliseconds
 * @returns {'works' | 'spent' | 'expired'}
 */
export function pinState(pin, now) {
  if (now >= pin.until || now < pin.seen - slack) return 'expired'
  return pin.tries >= pinTries ? 'spent' : 'works'
}

/**
 * The data key, by a PIN. Rejects with VaultError `pin_form`, `pin_none`, `pin_expired`, `pin_spent` or `wrong_pin`.
 * @param {{ keyStore: KeyStore, crypto: Crypto, now: () => number }} ports @param {string} pin
 */
export async function unwrapByPin({ keyStore, crypto, now }, pin) {
  if (!/^[0-9]{6}$/.test(pin)) throw new VaultError('pin_form') // a slip of the thumb is not a try
  /** @type {import('./errors.js').VaultErrorCode} */
  let refused = 'pin_none'
  // Counted before it is tried: a killed browser gives no try back.
  const file = await keyStore.change(f => {
    if (!f?.pin) return f
    const state = pinState(f.pin, now())
    if (state === 'works') return { ...f, pin: { ...f.pin, tries: f.pin.tries + 1, seen: Math.max(f.pin.seen, now()) } }
    refused = state === 'spent' ? 'pin_spent' : 'pin_expired'
    delete f.pin
    return f
  })
  const wrap = file?.pin
  if (!file || !wrap) throw new VaultError(refused)
  /** Changes the PIN that was tried, where no other has come meanwhile. @param {(f: { pin?: PinWrap }) => void} how */
  const settle = how => keyStore.change(f => {
    if (!f) throw new VaultError('no_vault')
    if (f.pin?.salt === wrap.salt) how(f)
    return f
  })
  let dataKey
  try {
    dataKey = await unwrapBySecret(crypto, wrap, 'pin', file.id, pin, wrap.from, wrap.until)
  } catch (cause) {
    if (wrap.tries < pinTries) throw new VaultError('wrong_pin', { triesLeft: pinTries - wrap.tries, cause })
    await settle(f => { delete f.pin })
    throw new VaultError('pin_spent', { cause })
  }
  await settle(f => { if (f.pin) f.pin.tries = 0 })
  return dataKey
}
