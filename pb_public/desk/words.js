// @ts-check
// The words of this page beside those of all pages.
import { words as shared } from '../shared/ui/words.js'
import { desk } from '../shared/words/en-GB-desk.js'
import { account, administration, setup } from '../shared/words/en-GB-setup.js'

export { count, fill, inOrder, word } from '../shared/ui/words.js'
export const words = { ...shared, desk, setup, administration, account }
