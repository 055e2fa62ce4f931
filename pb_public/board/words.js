// @ts-check
// The words of this page beside those of all pages.
import { words as shared } from '../shared/ui/words.js'
import { board } from '../shared/words/en-GB-board.js'
import { declined } from '../shared/words/en-GB-declined.js'

export { fill, word } from '../shared/ui/words.js'
export const words = { ...shared, board, declined }
