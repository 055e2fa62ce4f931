// Phones for the stories of the desk: the JavaScript client in memory, and what makes a desk busy.
import { MemoryStorage } from '../../pb_public/shared/sync/storage.js'
import { openClient } from '../../pb_public/shared/sync/client.js'

/** @typedef {import('../stand/stand.mjs').Stand} Stand */

/** A phone in somebody's hands, after its first round. @param {Stand} stand @param {string} who @param {{ code?: string }} [o] */
export async function phoneOf(stand, who, o = {}) {
  const phone = await openClient({ storage: new MemoryStorage(), server: stand.url, name: `${who}’s phone`, platform: 'android', app: '1.4' })
  if (o.code) await phone.signInWithCode({ code: o.code, staff: stand.staff[who].id })
  else await phone.signIn({ identity: stand.staff[who].email, password: stand.password })
  await phone.sync()
  return phone
}

/** @param {any} phone @param {string} collection @param {Record<string, any>} set @returns {Promise<string>} the id */
export async function create(phone, collection, set) {
  const { ids } = await phone.record([{ op: 'create', collection, set }])
  return ids[0]
}

/** Both change the same note of one visit offline; the second one's arrives second. @param {Stand} stand @param {any} one @param {any} two @param {string} patient @param {[string, string, string]} notes */
export async function disagree(stand, one, two, patient, [before, first, second]) {
  const visit = await create(one, 'visits', { patient, team: stand.teams.north, status: 'completed', started_at: new Date().toISOString(), note: before })
  await one.sync()
  await two.sync()
  for (const [phone, note] of [[one, first], [two, second]]) {
    const seen = phone.open('visits', visit)
    await phone.record([{ op: 'update', collection: 'visits', id: visit, seen, set: { note } }])
  }
  await one.sync()
  await two.sync()
  return visit
}
