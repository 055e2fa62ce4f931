// @ts-check
// Where the wrapped keys lie. Nothing in it opens anything by itself.

/**
 * The data key under the key of one passphrase or PIN.
 * @typedef {{ salt: string, rounds: number, iv: string, key: string }} SecretWrap
 */

/**
 * `from` and `until` are when the PIN works, `seen` the latest time this vault knows of, all in milliseconds
 * of the phone's clock; `tries` are wrong ones since the last right one.
 * @typedef {SecretWrap & { from: number, until: number, seen: number, tries: number }} PinWrap
 */

/**
 * The data key under what the passkey `credential` answers to `input`.
 * @typedef {{ credential: string, transports: string[], input: string, salt: string, iv: string, key: string }} PasskeyWrap
 */

/**
 * The data key for the holder of the organisation's recovery key; docs/recovery.md. The voucher is the device's
 * signature under it: anybody can wrap a key for the organisation, only this device can say that this one is its own.
 * @typedef {object} RecoveryWrap
 * @property {string} kid
 * @property {{ kty: 'EC', crv: 'P-256', x: string, y: string }} epk
 * @property {string} iv
 * @property {string} key
 * @property {{ device: string, signature: string }} [voucher]
 */

/**
 * What a vault keeps in clear. `id` is random; binary values are base64url.
 * @typedef {object} VaultFile
 * @property {1} v
 * @property {string} id
 * @property {SecretWrap} passphrase
 * @property {PasskeyWrap} [passkey]
 * @property {PinWrap} [pin]
 * @property {RecoveryWrap} [recovery]
 */

/**
 * Keeps one vault file. `change` reads, calls and writes in one transaction, so that two tabs cannot both have
 * the fifth try; `next` must not wait for anything. Null stands for "no file", before and after.
 * @typedef {object} KeyStore
 * @property {() => Promise<VaultFile | null>} get
 * @property {(next: (file: VaultFile | null) => VaultFile | null) => Promise<VaultFile | null>} change resolves to what is there afterwards
 */

/**
 * A key store in memory, for tests.
 * @implements {KeyStore}
 */
export class MemoryKeyStore {
  /** @type {string | null} */
  #text = null

  async get() { return this.#read() }

  /** @param {(file: VaultFile | null) => VaultFile | null} next */
  async change(next) {
    const file = next(this.#read())
    this.#text = file && JSON.stringify(file)
    return this.#read()
  }

  /** @returns {VaultFile | null} */
  #read() { return this.#text === null ? null : JSON.parse(this.#text) }
}
