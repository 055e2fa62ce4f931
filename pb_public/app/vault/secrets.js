// @ts-check
// Which passphrases and PINs are taken.
import { VaultError } from './errors.js'

/** The fewest characters of a passphrase. */
export const passphraseLength = 10
/** How many different characters a passphrase has at least. */
const passphraseVariety = 5

/**
 * The passphrase in the one form that is hashed: the same letters typed on another keyboard, composed or not, are
 * the same passphrase. Nothing is trimmed or lower-cased.
 * @param {string} passphrase
 */
export const normal = passphrase => passphrase.normalize('NFKC')

/**
 * Refuses a new passphrase that is too short or too plain. Spaces, any script and pasting are welcome.
 * @param {string} passphrase
 */
export function checkPassphrase(passphrase) {
  const signs = [...normal(passphrase)]
  if (signs.length < passphraseLength) throw new VaultError('passphrase_short')
  if (new Set(signs).size < passphraseVariety || isRow(signs)) throw new VaultError('passphrase_plain')
}

/**
 * Refuses a new PIN that is among the first an opponent would try: one digit over and over, a row such as 345678,
 * or a pair or triple repeated (121212, 470470).
 * @param {string} pin
 */
export function checkPin(pin) {
  if (!/^[0-9]{6}$/.test(pin)) throw new VaultError('pin_form')
  if (/^(\d)\1{5}$|^(\d\d)\2\2$|^(\d{3})\3$/.test(pin) || isRow([...pin])) throw new VaultError('pin_plain')
}

/**
 * Every sign follows the one before it by the same step of one: abcdef, 987654, 890123.
 * @param {string[]} signs
 */
function isRow(signs) {
  const steps = new Set(signs.slice(1).map((sign, i) => {
    const step = (sign.codePointAt(0) ?? 0) - (signs[i]?.codePointAt(0) ?? 0)
    return step === -9 ? 1 : step === 9 ? -1 : step // after 9 comes 0, and before it
  }))
  return steps.size === 1 && (steps.has(1) || steps.has(-1))
}
