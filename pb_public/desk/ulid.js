// @ts-check
// An id for a new record: 48 bits of time and 80 random ones, in lower-case Crockford base 32.

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** @param {number} [now] ms */
export function newID(now = Date.now()) {
  let time = ''
  for (let i = 0, t = now; i < 10; i++, t = Math.floor(t / 32)) time = alphabet[t % 32] + time
  return time + [...crypto.getRandomValues(new Uint8Array(16))].map(b => alphabet[b & 31]).join('')
}
