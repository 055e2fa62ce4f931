// @ts-check
// The device key, for the sync client: sealed under the data key, so that a locked phone cannot speak for its owner.
// It is not stored as a key the browser "never shows": whoever copies the browser's files copies such a key as well,
// in clear. Held open it can sign and cannot be read out.
import { KeyGone } from '../../shared/sync/key.js'

/** @typedef {import('../../shared/sync/storage.js').Json} Json */
/** @typedef {import('../../shared/sync/key.js').PublicKey} PublicKey */

/**
 * Where sealed keys lie: store/sealed.js.
 * @typedef {object} SealedKeys
 * @property {(name: string) => Promise<Json | undefined>} get
 * @property {(name: string, value: Json) => Promise<void>} put
 * @property {(name: string) => Promise<void>} delete
 */

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

/** @typedef {import('../../shared/sync/key.js').Keys} Keys */

/**
 * Device keys in a sealed table. The handle is a random name. `signerFor` is the key the sync client last signed with, as
 * `vault.follow` wants it to vouch for the recovery wrap; null before there was any.
 * @param {SealedKeys} sealed
 * @param {Crypto} [crypto]
 * @returns {Keys & { signerFor: (device: string) => import('./vault.js').Signer | null }}
 */
export function vaultKeys(sealed, crypto = globalThis.crypto) {
  /** Read once, used often. @type {{ handle: string, key: CryptoKey } | null} */
  let held = null
  /** @param {Json} handle @returns {Promise<PublicKey & { d: string }>} */
  const read = async handle => {
    const jwk = typeof handle === 'string' ? await sealed.get(handle) : undefined
    if (!jwk) throw new KeyGone()
    return /** @type {any} */ (jwk)
  }
  /** @param {Json} handle @param {Uint8Array<ArrayBuffer>} bytes */
  const sign = async (handle, bytes) => {
    if (held?.handle !== handle) {
      const jwk = await read(handle)
      held = { handle: String(handle), key: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']) }
    }
    return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, held.key, bytes))
  }
  return {
    async create() {
      const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
      const { x = '', y = '', d = '' } = await crypto.subtle.exportKey('jwk', pair.privateKey)
      const handle = crypto.randomUUID()
      await sealed.put(handle, { kty: 'EC', crv: 'P-256', x, y, d })
      return handle
    },
    async publicKey(handle) {
      const { x, y } = await read(handle)
      return { kty: 'EC', crv: 'P-256', x, y }
    },
    sign,
    async forget(handle) {
      if (held?.handle === handle) held = null
      if (typeof handle === 'string') await sealed.delete(handle)
    },
    signerFor(device) {
      const last = held?.handle
      return device && last ? { device, sign: bytes => sign(last, bytes) } : null
    },
  }
}
