// @ts-check
import { saveFile } from '../shared/ui/download.js'

/** Hands a file of text to the browser's downloads. @param {{ name: string, text: string }} file */
export function save(file) {
  saveFile(new Blob([file.text], { type: 'application/json' }), file.name)
  return file.name
}
