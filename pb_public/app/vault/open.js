// @ts-check
// An open vault: it turns values into sealed rows and back until it is closed.
import { fromUtf8, toBase64, utf8 } from './bytes.js'
import { VaultError } from './errors.js'
import { deriveKey, random, wrapByPasskey, wrapBySecret, wrapForRecovery } from './wraps.js'

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('../../shared/sync/storage.js').Json} Json */

/** A row at rest: the initialisation vector and the ciphertext with its tag. @typedef {{ iv: Bytes, data: Bytes }} Sealed */

const ivBytes = 12
const none = new Uint8Array(0)

/** What holds the keys while the app is unlocked. Every method rejects with `locked` once it is closed. */
export class OpenVault {
  /** @type {{ data: CryptoKey, rows: CryptoKey, names: CryptoKey } | null} */
  #keys
  #crypto

  /** @param {Crypto} crypto @param {string} id @param {{ data: CryptoKey, rows: CryptoKey, names: CryptoKey }} keys */
  constructor(crypto, id, keys) {
    this.#crypto = crypto
    this.#keys = keys
    /** The vault's id. @readonly */
    this.id = id
  }

  /**
   * Takes the data key over and wipes the bytes it came in.
   * @param {Crypto} crypto @param {string} id @param {Bytes} dataKey
   */
  static async of(crypto, id, dataKey) {
    const [data, rows, names] = await Promise.all([
      // This one can be read out, by the methods below alone: a new passphrase or recovery key needs it wrapped anew.
      crypto.subtle.importKey('raw', dataKey, 'AES-GCM', true, ['encrypt']),
      deriveKey(crypto, dataKey, none, 'doorstep rows v1', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']),
      deriveKey(crypto, dataKey, none, 'doorstep names v1', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']),
    ])
    dataKey.fill(0)
    return new OpenVault(crypto, id, { data, rows, names })
  }

  get closed() { return this.#keys === null }

  /** Drops the keys. */
  close() { this.#keys = null }

  #held() {
    if (!this.#keys) throw new VaultError('locked')
    return this.#keys
  }

  /**
   * Seals bytes as the row `id` of `store`, in version `v` of its form. Opened as any other row it fails.
   * @param {string} store @param {string} id @param {number} v @param {Bytes} bytes
   * @returns {Promise<Sealed>}
   */
  async sealBytes(store, id, v, bytes) {
    const { rows } = this.#held()
    const iv = random(this.#crypto, ivBytes)
    return { iv, data: new Uint8Array(await this.#crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: rowName(store, id, v) },
          rows, bytes)) }
  }

  /**
   * Rejects with `damaged` where the row is not what was sealed under that name.
   * @param {string} store @param {string} id @param {number} v @param {Sealed} sealed
   * @returns {Promise<Bytes>}
   */
  async openBytes(store, id, v, { iv, data }) {
    const { rows } = this.#held()
    try {
      return new Uint8Array(await this.#crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: rowName(store, id, v) }, rows, data))
    } catch (cause) {
      throw new VaultError('damaged', { cause })
    }
  }

  /** @param {string} store @param {string} id @param {number} v @param {Json} value @returns {Promise<Sealed>} */
  async seal(store, id, v, value) { return this.sealBytes(store, id, v, utf8(JSON.stringify(value))) }

  /** @param {string} store @param {string} id @param {number} v @param {Sealed} sealed @returns {Promise<Json>} */
  async open(store, id, v, sealed) { return JSON.parse(fromUtf8(await this.openBytes(store, id, v, sealed))) }

  /**
   * A name to store a row under that tells nothing: HMAC-SHA-256 of store and key, 16 bytes of it.
   * @param {string} store @param {string} key
   */
  async nameOf(store, key) {
    const mac = await this.#crypto.subtle.sign('HMAC', this.#held().names, utf8(`${store}|${key}`))
    return toBase64(mac.slice(0, 16))
  }

  /** @param {'passphrase' | 'pin'} kind @param {string} secret @param {number} rounds @param {(string | number)[]} more */
  async wrapBySecret(kind, secret, rounds, ...more) {
    return this.#lend(key => wrapBySecret(this.#crypto, key, kind, this.id, secret, rounds, ...more)) }

  /** @param {BufferSource} answer of the passkey */
  async wrapByPasskey(answer) { return this.#lend(key => wrapByPasskey(this.#crypto, key, this.id, answer)) }

  /** @param {import('./wraps.js').PublicKey} jwk */
  async wrapForRecovery(jwk) { return this.#lend(key => wrapForRecovery(this.#crypto, key, this.id, jwk)) }

  /** @template T @param {(dataKey: Bytes) => Promise<T>} use @returns {Promise<T>} */
  async #lend(use) {
    const bytes = new Uint8Array(await this.#crypto.subtle.exportKey('raw', this.#held().data))
    try {
      return await use(bytes)
    } finally {
      bytes.fill(0)
    }
  }
}

/** The additional data of a row. @param {string} store @param {string} id @param {number} v */
const rowName = (store, id, v) => utf8(`${store}|${id}|${v}`)

