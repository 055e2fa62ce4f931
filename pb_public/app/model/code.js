// @ts-check
// A sign-in code as somebody types it to whom it is read out. What counts of it, the server says (internal/identity/code.go).

/** How many letters and digits a code has. */
const whole = 12

/**
 * What is wrong with a code before anybody is asked: too few or too many letters and digits, or something that no code has.
 * Null where it may be one.
 * @param {string} text @returns {{ why: 'short' | 'long' | 'other', n: number } | null}
 */
export function codeTrouble(text) {
  const typed = text.toLowerCase().replace(/[\s–-]/g, ''), n = [...typed].length
  if (/[^0-9a-tv-z]/.test(typed)) return { why: 'other', n }
  return n === whole ? null : { why: n < whole ? 'short' : 'long', n }
}
