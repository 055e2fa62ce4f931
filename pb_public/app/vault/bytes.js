// @ts-check
// Bytes as text and back.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** @param {string} text @returns {Bytes} */
export const utf8 = text => /** @type {Bytes} */ (encoder.encode(text))

/** @param {BufferSource} bytes @returns {string} */
export const fromUtf8 = bytes => decoder.decode(bytes)

/**
 * Base64 of RFC 4648 §5, without padding.
 * @param {ArrayBuffer | Uint8Array} bytes
 * @returns {string}
 */
export function toBase64(bytes) {
  const b = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  let binary = ''
  for (let i = 0; i < b.length; i += 0x8000) binary += String.fromCharCode(...b.subarray(i, i + 0x8000))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Throws where the text is not base64.
 * @param {string} text
 * @returns {Bytes}
 */
export function fromBase64(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
