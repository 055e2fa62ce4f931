// @ts-check
// The words of this page beside those of all pages.
import { words as shared } from '../shared/ui/words.js'
import { practice } from '../shared/words/en-GB-practice.js'
import { declined } from '../shared/words/en-GB-declined.js'

export { count, fill, inOrder, word } from '../shared/ui/words.js'
export const words = { ...shared, practice, declined }
