// A new phone: what a finished pull must come to, whatever happened on the way there.
import { openClient } from '../../pb_public/shared/sync/client.js'
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'

/**
 * A phone in somebody's hands that has signed in and holds nothing yet.
 * @param {import('../stand/stand.mjs').Stand} stand @param {{ email: string }} who @param {object} [options]
 */
export async function newPhone(stand, who, options = {}) {
  const client = await openClient({ storage: new MemoryStorage(), server: stand.url, name: 'a new phone', platform: 'test', app: '1', digestEvery: Infinity, ...options })
  await client.signIn({ identity: who.email, password: stand.password })
  return client
}

/**
 * What a phone holds, a line each.
 * @param {import('../../pb_public/shared/sync/client.js').Client} client @returns {Map<string, string>}
 */
function lines(client) {
  const { scopes, records } = client.debugState()
  const all = new Map(scopes.map(s => [`scope ${s}`, 'held']))
  for (const r of records) all.set(`${r.collection}/${r.id}`, JSON.stringify([r.version, [...r.scopes].sort(), r.waiting, Object.entries(r.data).sort()]))
  return all
}

/**
 * In which ways what two phones hold differs, at most four of them; '' for none.
 * @param {import('../../pb_public/shared/sync/client.js').Client} client @param {import('../../pb_public/shared/sync/client.js').Client} other
 */
export function unlike(client, other) {
  const mine = lines(client), theirs = lines(other)
  const wrong = [...theirs].filter(([at, line]) => mine.get(at) !== line).map(([at, line]) => `${at} is ${mine.get(at)?.slice(0, 160)}, not ${line.slice(0, 160)}`)
  wrong.push(...[...mine.keys()].filter(at => !theirs.has(at)).map(at => `has ${at}`))
  return wrong.sort().slice(0, 4).join('; ')
}
