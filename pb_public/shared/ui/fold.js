// @ts-check
// How people search: letters without accents and case, names with or without their apostrophes and hyphens. The server
// folds the same way, in internal/folding, whose table of examples holds the two equal.

/** Letters that no accent makes, and how they are typed where the keyboard has none. @type {Record<string, string>} */
const letters = { ł: 'l', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' }

/** A text as it is compared: "O’Connor-Łukasz, Siân" is "oconnor lukasz sian". @param {string | null | undefined} text */
export const fold = text => (text ?? '').replace(/['’ʼ‘`´ʻ′]/g, '').normalize('NFKD').replace(/[\p{M}\p{Cf}]/gu, '').toLowerCase()
  .replace(/[łøđðþßæœı]/g, c => letters[c]).replace(/'/g, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
