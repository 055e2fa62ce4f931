// @ts-check
// Ids: 26 characters, the first ten a time in milliseconds, the rest chance. They rise with each call, as long as the
// clock is not put back: then they follow it, because ids that run days ahead scatter over the server's indexes. The library
// ulid goes on from the latest time instead, and writes capital letters.

const crockford = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * @param {(bytes: Uint8Array<ArrayBuffer>) => void} fill fills the bytes with chance
 * @returns {(ms: number) => string} makes the id of a moment
 */
export function minter(fill) {
  let last = -1
  /** sixteen digits of five bits @type {number[]} */
  let tail = []
  return ms => {
    const now = Math.min(Math.max(Math.floor(ms), 0), 2 ** 48 - 1)
    if (now !== last || !rise(tail)) {
      last = now
      const bytes = new Uint8Array(16)
      fill(bytes)
      tail = Array.from(bytes, b => b & 31)
      tail[0] &= 15 // room to rise within the millisecond
    }
    let head = ''
    for (let n = last, i = 0; i < 10; i++) {
      head = crockford[n % 32] + head
      n = Math.floor(n / 32)
    }
    return head + tail.map(d => crockford[d]).join('')
  }
}

/** Adds one; false when there is nothing to add to, or no room. @param {number[]} digits */
function rise(digits) {
  for (let i = digits.length - 1; i >= 0; i--) {
    if (digits[i] < 31) {
      digits[i]++
      return true
    }
    digits[i] = 0
  }
  return false
}
