// @ts-check
// Whether a text is an NHS number, and if not, why: while it is typed. The server checks again.
// Source: NHS Data Dictionary, NHS NUMBER, modulus 11.

/** @param {string} text @returns {'' | 'digits' | 'length' | 'placeholder' | 'check_digit'} '' when it is one */
export function whyNot(text) {
  const digits = text.replace(/[ -]/g, '')
  if (!/^[0-9]*$/.test(digits)) return 'digits'
  if (digits.length !== 10) return 'length'
  if (new Set(digits).size === 1) return 'placeholder'
  const sum = [...digits.slice(0, 9)].reduce((n, d, i) => n + Number(d) * (10 - i), 0)
  const check = (11 - (sum % 11)) % 11
  return check === 10 || check !== Number(digits[9]) ? 'check_digit' : ''
}
