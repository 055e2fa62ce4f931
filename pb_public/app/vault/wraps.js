// @ts-check
// The data key, wrapped and unwrapped. Each kind of wrap names itself, the vault and its own terms as additional
// data, so that none can pass for another and no term can be changed.
import { fromBase64, toBase64, utf8 } from './bytes.js'

/** @typedef {import('./bytes.js').Bytes} Bytes */
/** @typedef {import('./key-store.js').SecretWrap} SecretWrap */
/** @typedef {import('./key-store.js').RecoveryWrap} RecoveryWrap */
/** @typedef {{ kty: 'EC', crv: 'P-256', x: string, y: string }} PublicKey an EC P-256 key as a JSON Web Key */

/** Rounds of PBKDF2-HMAC-SHA-256 in a new wrap (OWASP 2023); an old wrap keeps the number it names. */
export const rounds = 600_000

const keyBytes = 32
const ivBytes = 12
const saltBytes = 16

/** @param {Crypto} crypto @param {number} n @returns {Bytes} */
export const random = (crypto, n) => crypto.getRandomValues(new Uint8Array(n))

/** A new data key. @param {Crypto} crypto */
export const newDataKey = crypto => random(crypto, keyBytes)

/** @param {string} kind @param {string} vault @param {(string | number)[]} terms */
const terms = (kind, vault, ...terms) => utf8(['doorstep wrap', 1, kind, vault, ...terms].join('|'))

/**
 * @param {Crypto} crypto
 * @param {string} secret already normal
 * @param {string} salt
 * @param {number} n
 */
async function secretKey(crypto, secret, salt, n) {
  const material = await crypto.subtle.importKey('raw', utf8(secret), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt: fromBase64(salt), iterations: n }, material,
    { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** @param {Crypto} crypto @param {CryptoKey} key @param {Bytes} data @param {Bytes} additionalData */
async function seal(crypto, key, data, additionalData) {
  const iv = random(crypto, ivBytes)
  return { iv: toBase64(iv), key: toBase64(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, data)) }
}

/**
 * Rejects where key, data or terms are not those it was sealed with.
 * @param {Crypto} crypto @param {CryptoKey} key @param {{ iv: string, key: string }} sealed @param {Bytes} additionalData
 * @returns {Promise<Bytes>}
 */
async function unseal(crypto, key, sealed, additionalData) {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(sealed.iv), additionalData }, key,
      fromBase64(sealed.key)))
}

/**
 * Wraps under a passphrase or a PIN.
 * @param {Crypto} crypto @param {Bytes} dataKey @param {'passphrase' | 'pin'} kind @param {string} vault @param {string} secret
 * @param {number} rounds @param {(string | number)[]} more terms of the wrap
 * @returns {Promise<SecretWrap>}
 */
export async function wrapBySecret(crypto, dataKey, kind, vault, secret, rounds, ...more) {
  const salt = toBase64(random(crypto, saltBytes))
  const sealed = await seal(crypto, await secretKey(crypto, secret, salt, rounds), dataKey, terms(kind, vault, ...more))
  return { salt, rounds, ...sealed }
}

/**
 * Rejects where the secret is another.
 * @param {Crypto} crypto @param {SecretWrap} wrap @param {'passphrase' | 'pin'} kind @param {string} vault @param {string} secret
 * @param {(string | number)[]} more
 */
export async function unwrapBySecret(crypto, wrap, kind, vault, secret, ...more) {
  return unseal(crypto, await secretKey(crypto, secret, wrap.salt, wrap.rounds), wrap, terms(kind, vault, ...more))
}

/**
 * A key of its own use from key material of full strength (HKDF-SHA-256).
 * @param {Crypto} crypto @param {BufferSource} material @param {Bytes} salt @param {string} use
 * @param {AesKeyGenParams | HmacKeyGenParams} type @param {KeyUsage[]} usages
 */
export async function deriveKey(crypto, material, salt, use, type, usages) {
  const base = await crypto.subtle.importKey('raw', material, 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt, info: utf8(use) }, base, type, false, usages)
}

/** @param {Crypto} crypto @param {BufferSource} answer @param {string} salt */
const passkeyKey = (crypto, answer, salt) => deriveKey(crypto, answer, fromBase64(salt), 'doorstep passkey v1',
    { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt'])

/**
 * Wraps under what a passkey answered.
 * @param {Crypto} crypto @param {Bytes} dataKey @param {string} vault @param {BufferSource} answer
 */
export async function wrapByPasskey(crypto, dataKey, vault, answer) {
  const salt = toBase64(random(crypto, saltBytes))
  return { salt, ...await seal(crypto, await passkeyKey(crypto, answer, salt), dataKey, terms('passkey', vault)) }
}

/** @param {Crypto} crypto @param {{ salt: string, iv: string, key: string }} wrap @param {string} vault @param {BufferSource} answer */
export async function unwrapByPasskey(crypto, wrap, vault, answer) {
  return unseal(crypto, await passkeyKey(crypto, answer, wrap.salt), wrap, terms('passkey', vault))
}

/**
 * The name of a public key: its thumbprint of RFC 7638.
 * @param {Crypto} crypto @param {PublicKey} jwk
 */
export async function thumbprint(crypto, { x, y }) {
  return toBase64(await crypto.subtle.digest('SHA-256', utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)))
}

const ecdh = { name: 'ECDH', namedCurve: 'P-256' }

/**
 * Wraps for the holder of a private key: ephemeral-static ECDH on P-256, HKDF-SHA-256, AES-256-GCM. Only the holder can
 * open it, this phone cannot. Rejects where the public key is none.
 * @param {Crypto} crypto @param {Bytes} dataKey @param {string} vault @param {PublicKey} jwk
 * @returns {Promise<RecoveryWrap>}
 */
export async function wrapForRecovery(crypto, dataKey, vault, jwk) {
  const theirs = await crypto.subtle.importKey('jwk', { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, ecdh, false, [])
  const ours = await crypto.subtle.generateKey(ecdh, true, ['deriveBits'])
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, ours.privateKey, 256)
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', ours.publicKey)
  const kid = await thumbprint(crypto, jwk)
  const key = await deriveKey(crypto, shared, new Uint8Array(0), `doorstep recovery v1|${kid}|${x}|${y}`, { name: 'AES-GCM', length: 256 },
      ['encrypt'])
  return { kid, epk: { kty: 'EC', crv: 'P-256', x, y }, ...await seal(crypto, key, dataKey, terms('recovery', vault, kid)) }
}

/**
 * What a device signs to say that a recovery wrap is its own.
 * @param {string} vault @param {RecoveryWrap} wrap @param {string} device
 */
export const voucherFor = (vault, { kid, epk, iv, key }, device) =>
  utf8(['doorstep voucher', 1, vault, kid, epk.x, epk.y, iv, key, device].join('|'))
