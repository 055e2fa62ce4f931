// @ts-check

/** Hands a file to the browser's downloads. @param {{ name: string, text: string }} file */
export function save(file) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([file.text], { type: 'application/json' }))
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  return file.name
}
