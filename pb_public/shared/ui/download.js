// @ts-check
// Hands a file to whoever is at the page, to keep where they keep files.

/** @param {Blob} file @param {string} name */
export function saveFile(file, name) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  document.body.append(link) // Firefox takes no click on what is nowhere
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000) // a slow computer has read it by then
}
