// @ts-check
// Which screen an address means. Addresses live behind the # so that the app opens at one page without a
// network; they hold ids only, never a name.

/** @typedef {{ name: string, id: string, query: URLSearchParams }} Place */

/** #/visit/01jz…?person=01jy… @param {string} hash @returns {Place} */
export function place(hash) {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [name = '', id = ''] = path.split('/')
  return { name: name || 'today', id: decodeURIComponent(id), query: new URLSearchParams(query) }
}

/** The address of a screen. @param {string} name @param {string} [id] @param {Record<string, string | undefined>} [query] */
export function address(name, id = '', query = {}) {
  const q = new URLSearchParams(Object.entries(query).filter((/** @type {any} */ e) => e[1]).map(([k, v]) => [k, String(v)])).toString()
  return `#/${name}${id ? `/${encodeURIComponent(id)}` : ''}${q ? `?${q}` : ''}`
}

/**
 * A lead's QR code opens the app at #code=…&staff=…; the code is taken out of the address at once, so
 * that it stays neither in the history nor on the screen.
 * @param {Location} location @param {History} history
 * @returns {{ code: string, staff: string } | null}
 */
export function takeCode(location, history) {
  const given = new URLSearchParams(location.hash.replace(/^#\/?/, ''))
  const code = given.get('code'), staff = given.get('staff')
  if (!code) return null
  history.replaceState(null, '', location.pathname)
  return { code, staff: staff ?? '' }
}
