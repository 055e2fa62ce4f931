// The reckoning: what must hold when everything has healed.
import { newPhone, unlike } from './anew.mjs'

/** Who sees what by which holders. */
const clinicalRoles = new Set(['district_nurse', 'support_worker', 'team_lead'])
const teamReach = new Set(['district_nurse', 'team_lead'])

/** @param {import('./world.mjs').World} w */
export async function reckon(w) {
  w.note('world', '═══ reckoning ═══')
  await everyChangeTookEffectOnce(w)
  await everyValueIsFindable(w)
  for (const p of w.phones) {
    await holdsWhatItMay(w, p)
    await equalsANewPhone(w, p)
    await equalsTheServer(w, p)
  }
  // The server's own jobs go on (a deadline passes, a handover escalates), so phones that pulled at different
  // moments may differ by that. What still differs after they all pulled again is a fault.
  for (let again = 0; different(w).length > 0 && again < 5; again++) for (const p of w.phones) await p.client.sync()
  for (const text of different(w)) w.fail(text)
}

/** @param {import('./world.mjs').World} w */
async function everyChangeTookEffectOnce(w) {
  const ledger = new Map((await w.stand.query('SELECT key, status, count(*) AS n FROM sync_ledger GROUP BY key')).map(r => [r.key, r]))
  const quarantined = (await w.stand.query('SELECT key FROM quarantine')).map(r => r.key)
  for (const p of w.phones) {
    for (const key of p.recorded) if (!ledger.has(key)) w.fail(`change ${key} of ${p.name} never took effect`)
    for (const { key, state } of p.client.items()) if (state === 'saved') w.fail(`change ${key} of ${p.name} is at the server and shown as only saved`)
  }
  const made = new Map()
  for (const v of w.values) if (v.collection === 'visits' && v.value.startsWith('visit note')) made.set(v.value, v)
  const visits = new Map((await w.stand.query('SELECT id, note FROM visits')).map(r => [r.id, r.note]))
  for (const { key, id } of made.values()) {
    if (ledger.has(key) && !quarantined.includes(key) && !visits.has(id)) w.fail(`change ${key} took effect and visit ${id} is not there`)
  }
  const twice = await w.stand.query('SELECT patient, note, count(*) AS n FROM visits WHERE note LIKE \'visit note%\' GROUP BY patient, note HAVING n > 1')
  for (const r of twice) w.fail(`the visit "${r.note}" is there ${r.n} times`)
}

/** @param {import('./world.mjs').World} w */
async function everyValueIsFindable(w) {
  const kept = JSON.stringify([...await w.stand.query('SELECT before, kept, lost FROM conflicts'), ...await w.stand.query('SELECT content, raw FROM quarantine')])
  /** @type {Map<string, any>} */
  const stored = new Map()
  for (const table of ['patients', 'visits', 'observations', 'checkins']) {
    for (const r of await w.stand.query(`SELECT * FROM ${table}`)) stored.set(`${table}/${r.id}`, r)
  }
  const replaced = new Set(w.values.filter(v => typeof v.saw === 'string').map(v => v.saw))
  for (const v of w.values) {
    if (w.excused.has(v.key) && !w.sent.has(v.key)) continue
    if (stored.get(`${v.collection}/${v.id}`)?.[v.field] === v.value || kept.includes(v.value) || replaced.has(v.value)) continue
    if (v.field === 'phone' || v.field === 'address') { // whoever wrote later wins, and a clean edit may follow one that was not seen
      if (w.values.some(o => o.id === v.id && o.field === v.field && o !== v)) continue
    }
    const there = w.values.filter(o => o.id === v.id && o.field === v.field).map(o => `${o.key.slice(-5)} "${o.value}" over "${o.saw}"`)
    w.fail(`${v.field} "${v.value}" of ${v.collection} ${v.id} (change ${v.key}) is nowhere any more; stored is "${stored.get(`${v.collection}/${v.id}`)?.[v.field]}", written were ${there.join(', ')}`)
  }
}

/** What a phone holds is what its owner is granted, and nothing is left of those they lost. @param {import('./world.mjs').World} w @param {import('./phone.mjs').Phone} p */
async function holdsWhatItMay(w, p) {
  const { id, role, teams } = p.staff
  const holders = [`staff:${id}`, ...(teamReach.has(role) ? teams.map(t => `team:${t}`) : [])]
  const prefix = clinicalRoles.has(role) ? 'pc:' : 'pv:'
  const grants = await w.stand.query(`SELECT DISTINCT patient FROM sync_grants WHERE to_seq IS NULL AND holder IN (${holders.map(() => '?').join(',')})`, ...holders)
  const mine = new Set(grants.map(g => g.patient))
  const state = p.client.debugState()
  const held = new Set(state.scopes.filter(s => s.startsWith('pc:') || s.startsWith('pv:')))
  for (const patient of mine) if (!held.has(prefix + patient)) w.fail(`${p.name} lacks scope ${prefix}${patient}`)
  for (const s of held) if (!mine.has(s.slice(3)) || !s.startsWith(prefix)) w.fail(`${p.name} holds scope ${s}, which is not theirs`)
  for (const [key, text] of p.storage.rows.get('records') ?? []) {
    const r = JSON.parse(text)
    const patient = r.collection === 'patients' ? r.id : r.data.patient
    if (r.waiting) w.fail(`${p.name} still keeps ${key} waiting`)
    if (['patients', 'visits', 'observations'].includes(r.collection) && !mine.has(patient)) w.fail(`${p.name} keeps ${key} of a person who is not theirs any more`)
    if (!r.scopes.some(s => state.scopes.includes(s))) w.fail(`${p.name} keeps ${key} in no scope it holds`)
  }
  if (state.outbox.length + state.staged > 0) w.fail(`${p.name} has ${state.outbox.length} changes and ${state.staged} pages left`)
  // A new life sees the same.
  const before = visible(p)
  await p.client.stop()
  await p.open()
  if (JSON.stringify(before) !== JSON.stringify(visible(p))) w.fail(`${p.name} shows something else after a restart`)
}

/** @param {import('./phone.mjs').Phone} p */
const visible = p => ['patients', 'visits', 'observations', 'checkins', 'handovers', 'sync_issues'].flatMap(c => p.client.list(c).map(s => [c, s.id, s.base, s.pending, s.values]))

/**
 * Whatever a phone went through, it holds what a new one of the same person gets. The server's own jobs go on meanwhile, so
 * both look again.
 * @param {import('./world.mjs').World} w @param {import('./phone.mjs').Phone} p
 */
async function equalsANewPhone(w, p) {
  const anew = await newPhone(w.stand, p.staff, { now: () => w.began + w.elapsed, monotonic: () => w.elapsed })
  let wrong = 'neither has pulled'
  for (let again = 0; wrong && again < 5; again++) {
    for (const client of [p.client, anew]) await client.sync()
    wrong = unlike(p.client, anew)
  }
  if (wrong) w.fail(`${p.name} is not like a new phone: ${wrong}`)
}

/** The server's own comparison agrees, and so do the tables. @param {import('./world.mjs').World} w @param {import('./phone.mjs').Phone} p */
async function equalsTheServer(w, p) {
  p.client.requestDigest()
  const error = await p.client.sync()
  const { differs, moved, repaired } = p.client.lastDigest
  if (error) w.fail(`${p.name} cannot compare what it holds: ${error}`)
  if (differs.length + repaired > 0) w.fail(`${p.name}: the digests of ${differs.join(', ')} disagree, ${repaired} records repaired`)
  if (moved.length > 0) w.fail(`${p.name}: ${moved.join(', ')} moved all the time, and was not compared`)
  for (const [collection, field] of [['patients', 'access_notes'], ['visits', 'note']]) {
    if (!clinicalRoles.has(p.staff.role)) continue
    const rows = new Map((await w.stand.query(`SELECT id, ${field} AS value FROM ${collection}`)).map(r => [r.id, r.value]))
    for (const s of p.client.list(collection)) {
      if ((s.values[field] ?? '') !== (rows.get(s.id) ?? '')) w.fail(`${p.name} shows ${field} of ${s.id} as ${s.values[field]}, the server has ${rows.get(s.id)}`)
    }
  }
}

/** @type {string[]} of these somebody who only follows them holds some members */
const cut = ['handovers', 'handover_events']

/**
 * Whoever shares a scope and a projection sees the same in it; of what one of them only follows, the same of what both hold.
 * @param {import('./world.mjs').World} w @returns {string[]} what differs
 */
function different(w) {
  /** @type {string[]} */
  const found = []
  /** @type {Map<string, { version: number, data: Record<string, any>, by: string }>} */
  const first = new Map()
  for (const p of w.phones) {
    for (const r of p.client.debugState().records) {
      if (r.collection === 'sync_issues') continue // contents are shown to those who have the person
      for (const s of r.scopes) {
        const at = `${clinicalRoles.has(p.staff.role)} ${s} ${r.collection}/${r.id}`
        const other = first.get(at)
        if (!other) {
          first.set(at, { version: r.version, data: r.data, by: p.name })
          continue
        }
        const both = (/** @type {Record<string, any>} */ data) => JSON.stringify(Object.entries(data)
          .filter(([name]) => !cut.includes(r.collection) || name in r.data && name in other.data).sort())
        const [text, others] = [`${r.version} ${both(r.data)}`, `${other.version} ${both(other.data)}`]
        if (text !== others) found.push(`${p.name} and ${other.by} hold different ${r.collection}/${r.id}: ${text} and ${others}`)
      }
    }
  }
  return found
}
