// @ts-check
/*
The vault: what is on the phone can be read while the app is unlocked, and at no other time.

    const vault = new Vault({ keyStore: database.keyStore })       // store/database.js; MemoryKeyStore in tests
    await vault.status()                                   // { exists, passkey, pin, recovery }, before anybody unlocks
    await vault.create('correct horse battery')              // once per person and device; leaves it open
    await vault.unlock({ passphrase })                       // or { pin }, or { passkey: true }; rejects with VaultError
    vault.open                                               // OpenVault while unlocked, else null; the store takes it
    vault.beforeLock(() => drafts.flush())                   // last words, while the keys are still there
    vault.onLock(() => showTheLock())                        // drop every decrypted object here
    await vault.lock()
    await vault.changePassphrase(old, next)                  // drops the PIN
    await vault.addPasskey({ label: 'Doorstep on this phone' }) · vault.removePasskey()
    await vault.setPin('274905', { allowed })                // one shift: 12 hours, 5 tries · vault.dropPin()
    await vault.follow({ shiftPin, recoveryKey, signer })    // what the organisation says, after each pull
    await vault.erase()                                      // nothing sealed by it can ever be read again

A random 256-bit data key, made once, seals the rows: AES-256-GCM under a key derived from it, with a fresh 96-bit vector
and `store|id|v` as additional data. The data key itself lies in the key store in up to four wraps: by passphrase
(PBKDF2-SHA-256, 600,000 rounds), by passkey (WebAuthn PRF), by shift PIN (docs/adr/009 says what that is worth), and for
the organisation's recovery key (docs/recovery.md). All errors are VaultError; decide by `code`:

    unlock            no_vault · wrong_passphrase · wrong_pin (triesLeft) · pin_none · pin_spent · pin_expired ·
                      passkey_none · passkey_unsupported · passkey_failed
    create, change    vault_exists · passphrase_short · passphrase_plain
    PIN, passkey      pin_form · pin_plain · pin_not_allowed · prove_again (ask for the passphrase, pass it as `passphrase`)
    anything sealed   locked · damaged

Beside it: idle.js locks when nobody is there, lease.js says when a phone was without the server for too long, keys.js
holds the device key. No other file of the pages encrypts anything.
*/
import { VaultError } from './errors.js'
import { OpenVault } from './open.js'
import { askPasskey, makePasskey } from './passkey.js'
import { pinLife, pinState, pinTries, unwrapByPin } from './pin.js'
import { checkPassphrase, checkPin, normal } from './secrets.js'
import { newDataKey, random, rounds as pbkdf2Rounds, thumbprint, unwrapByPasskey, unwrapBySecret, voucherFor, wrapBySecret,
    wrapForRecovery } from './wraps.js'
import { toBase64 } from './bytes.js'

export { VaultError } from './errors.js'
export { OpenVault } from './open.js'
export { MemoryKeyStore } from './key-store.js'
export { passkeySupported } from './passkey.js'
export { pinLife, pinTries } from './pin.js'
export { passphraseLength } from './secrets.js'

/** @typedef {import('./key-store.js').KeyStore} KeyStore */
/** @typedef {import('./key-store.js').VaultFile} VaultFile */
/** @typedef {import('./wraps.js').PublicKey} PublicKey */
/** @typedef {{ passphrase: string } | { pin: string } | { passkey: true }} Secret */
/**
 * @typedef {{ device: string, sign: (bytes: import('./bytes.js').Bytes) => Promise<Uint8Array> }} Signer the device's id, and its key
 *   (keys.js)
 */

/**
 * @typedef {object} VaultStatus what can be said before anybody unlocks
 * @property {boolean} exists
 * @property {boolean} passkey
 * @property {{ triesLeft: number, until: number } | null} pin null where there is none, or not any more
 * @property {boolean} pinOver there was one, and its time is over
 * @property {string | null} recovery the thumbprint of the recovery key that can open it
 */

/** How long after passphrase or passkey a PIN or a passkey may be set without asking again, in milliseconds. */
export const proofLife = 5 * 60_000
/** How long the last words before locking may take, in milliseconds. */
const patience = 2_000

/** One person's vault on one device. */
export class Vault {
  #keyStore
  #crypto
  #credentials
  #now
  #rounds
  /** @type {OpenVault | null} */
  #open = null
  /** When the passphrase or the passkey was last shown. */
  #proved = -Infinity
  /** @type {Set<() => unknown>} */
  #before = new Set()
  /** @type {Set<() => void>} */
  #after = new Set()
  /** Steps run one after the other. @type {Promise<unknown>} */
  #last = Promise.resolve()

  /**
   * @param {object} ports
   * @param {KeyStore} ports.keyStore
   * @param {Crypto} [ports.crypto]
   * @param {import('./passkey.js').Credentials} [ports.credentials] `navigator.credentials` where there is one
   * @param {() => number} [ports.now] milliseconds of the phone's clock
   * @param {number} [ports.rounds] of PBKDF2 in new wraps; fewer only in tests that unlock often
   */
  constructor({ keyStore, crypto = globalThis.crypto, credentials = globalThis.navigator?.credentials, now = Date.now,
      rounds = pbkdf2Rounds }) {
    this.#rounds = rounds
    this.#keyStore = keyStore
    this.#crypto = crypto
    this.#credentials = credentials
    this.#now = now
  }

  /** The keys while unlocked, else null. */
  get open() { return this.#open }

  /** @returns {Promise<VaultStatus>} */
  async status() {
    const file = await this.#keyStore.get()
    const state = file?.pin ? pinState(file.pin, this.#now()) : '', pin = file?.pin && state === 'works' ? file.pin : null
    return {
      exists: file !== null,
      passkey: file?.passkey !== undefined,
      pin: pin && { triesLeft: pinTries - pin.tries, until: pin.until },
      pinOver: state === 'expired',
      recovery: file?.recovery?.kid ?? null,
    }
  }

  /**
   * Makes the vault and leaves it open. With the organisation's recovery key where it is known already.
   * Rejects with `vault_exists`, `passphrase_short`, `passphrase_plain` or `recovery_key_invalid`.
   * @param {string} passphrase @param {{ recoveryKey?: PublicKey | null }} [more]
   * @returns {Promise<OpenVault>}
   */
  create(passphrase, { recoveryKey = null } = {}) {
    return this.#step(async () => {
      checkPassphrase(passphrase)
      const id = toBase64(random(this.#crypto, 16))
      const dataKey = newDataKey(this.#crypto)
      /** @type {VaultFile} */
      const file = { v: 1, id, passphrase: await wrapBySecret(this.#crypto, dataKey, 'passphrase', id, normal(passphrase), this.#rounds) }
      if (recoveryKey) file.recovery = await readable(() => wrapForRecovery(this.#crypto, dataKey, id, recoveryKey))
      await this.#keyStore.change(old => {
        if (old) throw new VaultError('vault_exists')
        return file
      })
      return this.#opened(id, dataKey, true)
    })
  }

  /**
   * Opens the vault. See the head of this file for what it rejects with.
   * @param {Secret} secret
   * @returns {Promise<OpenVault>}
   */
  unlock(secret) {
    return this.#step(async () => {
      const file = await this.#file()
      if ('pin' in secret) {
        const ports = { keyStore: this.#keyStore, crypto: this.#crypto, now: this.#now }
        return this.#opened(file.id, await unwrapByPin(ports, secret.pin), false)
      }
      const dataKey = 'passphrase' in secret ? await this.#byPassphrase(file, secret.passphrase) : await this.#byPasskey(file)
      return this.#opened(file.id, dataKey, true)
    })
  }

  /** Runs the last words, drops the keys, then tells everybody. Never rejects; locking twice is nothing. */
  lock() {
    return this.#step(async () => {
      if (!this.#open) return
      const words = Promise.allSettled([...this.#before].map(async say => say()))
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer
      await Promise.race([words, new Promise(resolve => { timer = setTimeout(resolve, patience) })])
      clearTimeout(timer)
      this.#shut()
    })
  }

  /** Called before the keys go, for what is still to be sealed; two seconds at most. @param {() => unknown} say */
  beforeLock(say) { return subscribe(this.#before, say) }

  /** Called when the keys are gone. Drop every decrypted object. @param {() => void} tell */
  onLock(tell) { return subscribe(this.#after, tell) }

  /**
   * @param {string} old @param {string} next
   * @returns {Promise<void>}
   */
  changePassphrase(old, next) {
    return this.#step(async () => {
      checkPassphrase(next)
      const file = await this.#file()
      const dataKey = await this.#byPassphrase(file, old)
      const wrap = await wrapBySecret(this.#crypto, dataKey, 'passphrase', file.id, normal(next), this.#rounds)
      dataKey.fill(0)
      await this.#edit(f => { f.passphrase = wrap; delete f.pin })
    })
  }

  /**
   * Makes a passkey that opens the vault. The passphrase goes on working.
   * @param {{ label: string, passphrase?: string }} how
   * @returns {Promise<void>}
   */
  addPasskey({ label, passphrase }) {
    return this.#step(async () => {
      const open = await this.#proven(passphrase)
      if (!this.#credentials) throw new VaultError('passkey_unsupported')
      const { answer, ...passkey } = await makePasskey(this.#credentials, this.#crypto, label)
      const wrap = { ...passkey, ...await open.wrapByPasskey(answer) }
      await this.#edit(f => { f.passkey = wrap })
    })
  }

  /** @returns {Promise<void>} */
  removePasskey() { return this.#step(() => this.#edit(f => { delete f.passkey })) }

  /**
   * Sets the PIN of this shift, or a new one.
   * @param {string} pin @param {{ allowed: boolean, passphrase?: string }} how `allowed`: the organisation's `shift_pin`
   * @returns {Promise<void>}
   */
  setPin(pin, { allowed, passphrase }) {
    return this.#step(async () => {
      if (!allowed) throw new VaultError('pin_not_allowed')
      checkPin(pin)
      const open = await this.#proven(passphrase)
      const from = this.#now()
      const until = from + pinLife
      const wrap = { ...await open.wrapBySecret('pin', pin, this.#rounds, from, until), from, until, seen: from, tries: 0 }
      await this.#edit(f => { f.pin = wrap })
    })
  }

  /** @returns {Promise<void>} */
  dropPin() { return this.#step(() => this.#edit(f => { delete f.pin })) }

  /**
   * Does what the organisation says: no PIN where it allows none, and the data key wrapped for its recovery key. To be
   * called after each pull; changes nothing where nothing changed. Resolves to true when another recovery key took the
   * place of one. Rejects with `locked`, or with `recovery_key_invalid`, and then keeps the recovery wrap it had.
   * @param {object} policy
   * @param {boolean} policy.shiftPin
   * @param {PublicKey | null} policy.recoveryKey
   * @param {Signer | null} [policy.signer] the enrolled device: signs that the recovery wrap is its own
   * @returns {Promise<boolean>}
   */
  follow({ shiftPin, recoveryKey, signer = null }) {
    return this.#step(async () => {
      const open = this.#open
      if (!open) throw new VaultError('locked')
      const file = await this.#file()
      if (file.pin && !shiftPin) await this.#edit(f => { delete f.pin })
      if (!recoveryKey) {
        if (file.recovery) await this.#edit(f => { delete f.recovery })
        return false
      }
      const old = file.recovery?.kid === await thumbprint(this.#crypto, recoveryKey) ? file.recovery : null
      if (old && (!signer || old.voucher?.device === signer.device)) return false
      const wrap = old ?? await readable(() => open.wrapForRecovery(recoveryKey))
      if (signer) wrap.voucher = { device: signer.device, signature: toBase64(await signer.sign(voucherFor(file.id, wrap, signer.device))) }
      const replaced = !old && !!file.recovery
      await this.#edit(f => { f.recovery = wrap })
      return replaced
    })
  }

  /** Destroys the wraps and locks: nothing sealed by this vault can be read again, by anybody but a holder of an export. */
  erase() {
    return this.#step(async () => {
      await this.#keyStore.change(() => null)
      this.#shut()
    })
  }

  /** @template T @param {() => Promise<T>} step @returns {Promise<T>} */
  #step(step) {
    const done = this.#last.then(step)
    this.#last = done.catch(() => {}) // its caller hears of it
    return done
  }

  async #file() {
    const file = await this.#keyStore.get()
    if (!file) throw new VaultError('no_vault')
    return file
  }

  /** @param {(file: VaultFile) => void} change */
  async #edit(change) {
    await this.#keyStore.change(file => {
      if (!file) throw new VaultError('no_vault')
      change(file)
      return file
    })
  }

  /** @param {string} id @param {import('./bytes.js').Bytes} dataKey @param {boolean} proof */
  async #opened(id, dataKey, proof) {
    const fresh = await OpenVault.of(this.#crypto, id, dataKey)
    if (proof) this.#proved = this.#now()
    if (this.#open?.id === id) { // unlocked already: whoever holds the open vault keeps it
      fresh.close()
      return this.#open
    }
    this.#open = fresh
    return fresh
  }

  #shut() {
    this.#proved = -Infinity
    if (!this.#open) return
    this.#open.close()
    this.#open = null
    for (const tell of this.#after) tell()
  }

  /** The open vault of a person who has just shown who they are. @param {string | undefined} passphrase */
  async #proven(passphrase) {
    if (!this.#open) throw new VaultError('locked')
    const age = this.#now() - this.#proved
    if (passphrase !== undefined) {
      (await this.#byPassphrase(await this.#file(), passphrase)).fill(0)
      this.#proved = this.#now()
    } else if (!(age >= 0 && age <= proofLife)) {
      throw new VaultError('prove_again')
    }
    return this.#open
  }

  /** @param {VaultFile} file @param {string} passphrase */
  async #byPassphrase(file, passphrase) {
    try {
      return await unwrapBySecret(this.#crypto, file.passphrase, 'passphrase', file.id, normal(passphrase))
    } catch (cause) {
      throw new VaultError('wrong_passphrase', { cause })
    }
  }

  /** @param {VaultFile} file */
  async #byPasskey(file) {
    if (!file.passkey) throw new VaultError('passkey_none')
    if (!this.#credentials) throw new VaultError('passkey_unsupported')
    const answer = await askPasskey(this.#credentials, this.#crypto, file.passkey)
    try {
      return await unwrapByPasskey(this.#crypto, file.passkey, file.id, answer)
    } catch (cause) {
      throw new VaultError('passkey_failed', { cause })
    }
  }
}

/** @template T @param {Set<T>} set @param {T} item */
function subscribe(set, item) {
  set.add(item)
  return () => { set.delete(item) }
}

/** @template T @param {() => Promise<T>} wrap @returns {Promise<T>} */
async function readable(wrap) {
  try {
    return await wrap()
  } catch (cause) {
    if (cause instanceof VaultError) throw cause
    throw new VaultError('recovery_key_invalid', { cause })
  }
}
