// @ts-check
// Bytes as text and back, for engines that have neither Buffer nor Uint8Array.fromBase64.

const encoder = new TextEncoder()

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export const utf8 = text => /** @type {Uint8Array<ArrayBuffer>} */ (encoder.encode(text))

/** Base64 of RFC 4648 §5, without padding. @param {Uint8Array} bytes */
export function base64url(bytes) {
  let text = ''
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Throws where the text is not base64url. @param {string} text */
export function fromBase64url(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, c => c.charCodeAt(0))
}
