// @ts-check
// HPKE (RFC 9180), the sender's half in base mode: a change is sealed for the holder of the server's private key, and this phone
// cannot open it again. DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM, all of it WebCrypto's.
import { utf8 } from './bytes.js'

/** @typedef {import('./bytes.js').Bytes} Bytes */

/** What the numbers of RFC 9180 §7 call the suite; the server says the same of its key. */
export const suite = '0010-0001-0002'

const keyBytes = 32 // of AES-256-GCM, and of SHA-256
const nonceBytes = 12
const curve = { name: 'ECDH', namedCurve: 'P-256' }
const none = new Uint8Array(0)
const version = utf8('HPKE-v1')
const kemID = bytesOf(utf8('KEM'), [0x00, 0x10])

/** @param {...(Uint8Array | number[])} parts @returns {Bytes} */
function bytesOf(...parts) {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0))
  let at = 0
  for (const p of parts) { all.set(p, at); at += p.length }
  return all
}

/**
 * Seals bytes to a public key under terms that whoever opens them must name as well: the encapsulated key, and the ciphertext after it.
 * Rejects where the key is none.
 * @param {Uint8Array} key of the recipient, an uncompressed point of P-256
 * @param {Uint8Array} terms `info` of RFC 9180
 * @param {Uint8Array} plain
 * @param {object} [chance]
 * @param {Crypto} [chance.crypto]
 * @param {CryptoKeyPair} [chance.ephemeral] for the vectors of RFC 9180 alone: a pair is used once
 * @param {16 | 32} [chance.keyLength] of AES-GCM, likewise
 * @param {Uint8Array} [chance.aad] likewise
 * @returns {Promise<Bytes>}
 */
export async function seal(key, terms, plain, { crypto = globalThis.crypto, ephemeral, keyLength = keyBytes, aad = none } = {}) {
  const hpkeID = bytesOf(utf8('HPKE'), [0x00, 0x10, 0x00, 0x01, 0x00, keyLength === keyBytes ? 2 : 1])
  const kdf = labelled(crypto.subtle)
  const theirs = await crypto.subtle.importKey('raw', bytesOf(key), curve, false, [])
  const pair = ephemeral ?? /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(curve, false, ['deriveBits']))
  const enc = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, pair.privateKey, 256))

  const agreed = await kdf.extract(kemID, none, 'eae_prk', shared)
  const secret = await kdf.expand(kemID, agreed, 'shared_secret', bytesOf(enc, key), keyBytes)
  const base = await kdf.extract(hpkeID, none, 'psk_id_hash', none)
  const context = bytesOf([0x00], base, await kdf.extract(hpkeID, none, 'info_hash', terms))
  const schedule = await kdf.extract(hpkeID, secret, 'secret', none)
  const key256 = await kdf.expand(hpkeID, schedule, 'key', context, keyLength)
  const aes = await crypto.subtle.importKey('raw', key256, 'AES-GCM', false, ['encrypt'])
  const iv = await kdf.expand(hpkeID, schedule, 'base_nonce', context, nonceBytes) // of the first message, and there is no second
  const made = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytesOf(aad) }, aes, bytesOf(plain))
  return bytesOf(enc, new Uint8Array(made))
}

/** HKDF with the labels of RFC 9180 §4. @param {SubtleCrypto} subtle */
function labelled(subtle) {
  /** @param {Uint8Array} key @param {Uint8Array} data */
  const hmac = async (key, data) => {
    // A key of no bytes is refused by browsers; one of zeros is the same to HMAC.
    const bytes = key.length ? bytesOf(key) : new Uint8Array(keyBytes)
    const use = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    return new Uint8Array(await subtle.sign('HMAC', use, bytesOf(data)))
  }
  return {
    /** @param {Uint8Array} id @param {Uint8Array} salt @param {string} label @param {Uint8Array} material */
    extract: (id, salt, label, material) => hmac(salt, bytesOf(version, id, utf8(label), material)),
    /**
     * At most as much as one round of HMAC gives, which is all that is asked for.
     * @param {Uint8Array} id @param {Uint8Array} key @param {string} label @param {Uint8Array} info @param {number} length in bytes
     */
    expand: async (id, key, label, info, length) =>
      (await hmac(key, bytesOf([0, length], version, id, utf8(label), info, [1]))).slice(0, length),
  }
}
