// @ts-check
// The device key: who holds it, and how it signs. The client never sees the private half.

/** @typedef {import('./storage.js').Json} Json */

/**
 * Makes and uses device keys. The client keeps the handle, plain JSON, in its own `self` row and knows nothing
 * about it: it may be the name of a key kept elsewhere, or the key itself where the storage is encrypted.
 *
 * @typedef {object} Keys
 * @property {() => Promise<Json>} create makes an EC P-256 key and keeps it, so that it survives a restart once the
 *   handle does; resolves to the handle
 * @property {(handle: Json) => Promise<PublicKey>} publicKey the public half; rejects with {@link KeyGone} when the key is not there any
 *   more
 * @property {(handle: Json, bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>} sign ECDSA with SHA-256, as 64 bytes r‖s;
 *   rejects with {@link KeyGone}
 * @property {(handle: Json) => Promise<void>} forget destroys the key; no error when it is gone already
 */

/** @typedef {{ kty: 'EC', crv: 'P-256', x: string, y: string }} PublicKey */

/** The key behind a handle is not there any more: the person must sign in again, with a new key. */
export class KeyGone extends Error {
  constructor() {
    super('the device key is not there any more')
    this.name = 'KeyGone'
  }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const signing = { name: 'ECDSA', hash: 'SHA-256' }

/**
 * A place that holds CryptoKey pairs by name, such as an IndexedDB store (structured clone keeps them without
 * ever showing the private half).
 * @typedef {object} KeyStore
 * @property {(name: string) => Promise<CryptoKeyPair | undefined>} get
 * @property {(name: string, pair: CryptoKeyPair) => Promise<void>} put
 * @property {(name: string) => Promise<void>} delete
 */

/**
 * Keys that can be used and never be read out, where CryptoKeys can be stored.
 * @param {KeyStore} store
 * @param {Crypto} [crypto] WebCrypto, where it is not a global
 * @returns {Keys}
 */
export function webKeys(store, crypto = globalThis.crypto) {
  /** @param {Json} handle */
  const pair = async handle => {
    const found = typeof handle === 'string' ? await store.get(handle) : undefined
    if (!found) throw new KeyGone()
    return found
  }
  return {
    async create() {
      const made = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
      const name = crypto.randomUUID()
      await store.put(name, made)
      return name
    },
    async publicKey(handle) { return publicHalf(crypto, (await pair(handle)).publicKey) },
    async sign(handle, bytes) { return signature(crypto, (await pair(handle)).privateKey, bytes) },
    async forget(handle) { if (typeof handle === 'string') await store.delete(handle) },
  }
}

/**
 * Keys whose handle is the private JSON Web Key itself. For storages that encrypt every row, and for tests: the
 * key is then as safe as the rows beside it, and in the same backup.
 * @param {Crypto} [crypto] WebCrypto, where it is not a global
 * @returns {Keys}
 */
export function rowKeys(crypto = globalThis.crypto) {
  /** @type {Map<string, CryptoKey>} */
  const imported = new Map()
  /** @param {Json} handle */
  const privateKey = async handle => {
    const jwk = jwkOf(handle)
    const known = imported.get(jwk.x)
    if (known) return known
    const key = await crypto.subtle.importKey('jwk', { ...jwk, ext: true }, algorithm, false, ['sign'])
    imported.set(jwk.x, key)
    return key
  }
  return {
    async create() {
      const made = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
      const { x = '', y = '', d = '' } = await crypto.subtle.exportKey('jwk', made.privateKey)
      return { kty: 'EC', crv: 'P-256', x, y, d }
    },
    async publicKey(handle) {
      const { x, y } = jwkOf(handle)
      return { kty: 'EC', crv: 'P-256', x, y }
    },
    async sign(handle, bytes) { return signature(crypto, await privateKey(handle), bytes) },
    async forget(handle) { imported.delete(jwkOf(handle).x) },
  }
}

/** @param {Json} handle @returns {{ kty: 'EC', crv: 'P-256', x: string, y: string, d: string }} */
function jwkOf(handle) {
  if (handle && typeof handle === 'object' && 'd' in handle) return /** @type {any} */ (handle)
  throw new KeyGone()
}

/** @param {Crypto} crypto @param {CryptoKey} key @returns {Promise<PublicKey>} */
async function publicHalf(crypto, key) {
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', key)
  return { kty: 'EC', crv: 'P-256', x, y }
}

/** @param {Crypto} crypto @param {CryptoKey} key @param {Uint8Array<ArrayBuffer>} bytes */
async function signature(crypto, key, bytes) {
  return new Uint8Array(await crypto.subtle.sign(signing, key, bytes))
}
