// @ts-check
// What came back to the owner of this phone, and what is asked of them: the answers to what they handed over, and the
// tasks that stand with a team of theirs. What they did about it here counts at once, sent or not.
import { closed, inHand, unanswered, unansweredStates } from '../../shared/states.js'

/** @typedef {any} Rec a record with its id, as the phone shows it */

/**
 * What has to be known or done about one handover. A task asks this team for something; every other kind says what
 * became of something this person handed over.
 * @typedef {'task' | 'answer' | 'declined' | 'moved' | 'unanswered' | 'nowhere' | 'call' | 'stopped' | 'joined'} Kind
 */
/**
 * @typedef {object} Matter
 * @property {Rec} handover
 * @property {Kind} kind
 * @property {string} at since when it stands so
 * @property {string} by who did it last: of an answer, its author; "" where it was nobody
 * @property {boolean} received of a task: somebody of the team has said that they read it
 * @property {string} owner of a task: who has taken it on, "" for nobody
 * @property {string} due of a task: until when it is to be done, "" where nothing is due
 * @property {boolean} overdue
 * @property {string} unsent what was done about it here and is not sent yet: the kind of the line, "" for nothing
 * @property {boolean} counts somebody has to look at it: this person, or anybody of the team
 */

/** For how long news of one's own handovers stand at the top: as long as My work goes back. */
const newsDays = 14
const dayMs = 86_400_000

/** The lines by which each kind of news shows in a history. @type {Record<string, string[]>} */
const tells = { answer: ['answered'], declined: ['declined'], moved: ['handed_on'], unanswered: unansweredStates, nowhere: ['raised'],
  call: ['call_needed'], stopped: ['stood_down'], joined: ['joined', 'other_closed'] }

/** The classes in the order in which somebody is in a hurry. */
const hurry = ['E', 'U2', 'SG', 'SD', 'R', 'I']

/** The lines of each handover, in the order in which they were done. @param {Rec[]} events @returns {Map<string, Rec[]>} */
export function histories(events) {
  /** @type {Map<string, Rec[]>} */
  const found = new Map()
  for (const e of events) {
    const list = found.get(e.handover)
    if (list) list.push(e)
    else found.set(e.handover, [e])
  }
  for (const list of found.values()) list.sort((a, b) => (inOrder(a, b)))
  return found
}

/** The server's order; own lines that are not sent yet come last. @param {Rec} a @param {Rec} b */
const inOrder = (a, b) => Number(Boolean(a.pending)) - Number(Boolean(b.pending))
  || Number((a.at ?? '') > (b.at ?? '')) - Number((a.at ?? '') < (b.at ?? '')) || (a.id < b.id ? -1 : 1)

/** Whether a handover was made on this phone and is not on the server yet: only that says who sent it. @param {Rec} h */
const own = h => Boolean(h.pending) && !h.state

/** Whether a handover is a copy for the lead and the coordinator of one in doubt. @param {Rec} h */
const isCopy = h => Boolean(h.evidence?.copy_of)

/**
 * The answers and tasks of this person: an emergency first, then what is overdue, then by class and age.
 * @param {{ handovers: Rec[], events: Rec[], me: { id: string, teams: string[] }, now: number }} o
 * @returns {Matter[]}
 */
export function matters({ handovers, events, me, now }) {
  const lines = histories(events)
  const list = handovers.filter(h => !isCopy(h)).flatMap(h => {
    const history = lines.get(h.id) ?? []
    if (h.to_team && me.teams.includes(h.to_team) && h.from_staff !== me.id) return task(h, history, me, now)
    return h.from_staff === me.id ? news(h, history, me, now) : []
  })
  const asked = new Set(list.filter(m => m.kind === 'task').map(m => m.handover.follows))
  return list.filter(m => m.kind !== 'answer' || !asked.has(m.handover.id)) // what the answer asks for stands there itself
    .sort((a, b) => Number(b.counts) - Number(a.counts)
      || Number(b.handover.class === 'E') - Number(a.handover.class === 'E') || Number(b.overdue) - Number(a.overdue)
      || hurry.indexOf(a.handover.class) - hurry.indexOf(b.handover.class) || (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

/** @param {Rec} h @param {Rec[]} history @param {{ id: string }} me @param {number} now @returns {Matter[]} */
function task(h, history, me, now) {
  if (closed(h)) return []
  const mine = history.filter(e => e.pending)
  const last = mine.at(-1)?.kind ?? ''
  if (['answered', 'declined'].includes(last)) return [] // done here: My work says whether it is sent
  const taken = mine.filter(e => ['accepted', 'given_back'].includes(e.kind)).at(-1)?.kind
  const owner = taken === 'accepted' && !h.owner ? me.id : taken === 'given_back' ? '' : h.owner ?? ''
  const due = h.act_due ?? ''
  return [{ handover: h, kind: 'task', at: h.raised_at ?? '', by: h.from_staff ?? '', owner, due,
    received: inHand(h) || Boolean(h.acknowledged_at) || mine.some(e => e.kind === 'acknowledged' || e.kind === 'accepted'),
    overdue: due !== '' && Date.parse(due) <= now, unsent: last, counts: owner === '' || owner === me.id }]
}

/** What became of an own handover that its author has not read. @param {Rec} h @returns {Kind | ''} */
function became(h, /** @type {Rec[]} */ history) {
  if (unanswered(h)) return 'unanswered'
  switch (h.state) {
    case 'done': return 'answer'
    case 'declined': return 'declined'
    case 'no_destination': return 'nowhere'
    case 'call_needed': return 'call'
    case 'stood_down': // what the server joined is one matter
      return history.some(e => e.kind === 'joined' && e.by) ? 'joined' : history.some(e => e.kind === 'joined') ? '' : 'stopped'
  }
  return history.some(e => e.kind === 'handed_on') && !inHand(h) ? 'moved' : ''
}

/** @param {Rec} h @param {Rec[]} history @param {{ id: string }} me @param {number} now @returns {Matter[]} */
function news(h, history, me, now) {
  const kind = became(h, history)
  if (!kind) return []
  const told = history.filter(e => !e.pending && tells[kind].includes(e.kind)).at(-1)
  const at = told?.at ?? h.raised_at ?? '', by = told?.by ?? ''
  if (['stopped', 'joined'].includes(kind) && by === me.id) return []
  const called = kind === 'call' && (h.reached === true || history.some(e => e.pending && e.kind === 'call_reached'))
  const read = kind !== 'call' && history.some(e => e.kind === 'read' && (e.pending || (e.by === me.id && e.at >= at)))
  if (called || read || now - Date.parse(at) > newsDays * dayMs) return []
  return [{ handover: h, kind, at, by, owner: '', received: true, due: '', overdue: false,
    unsent: history.filter(e => e.pending).at(-1)?.kind ?? '', counts: true }]
}

/** How many somebody has to look at. @param {Matter[]} list */
export const waiting = list => list.filter(m => m.counts).length

/**
 * What the owner of this phone can do to a handover as it stands here.
 * @param {Rec} h @param {Rec[]} history @param {{ id: string, teams: string[] }} me
 * @returns {string[]} kinds of lines: what docs/protocol.md §5.6 lists
 */
export function possible(h, history, me) {
  const at = Boolean(h.to_team) && me.teams.includes(h.to_team), sent = h.from_staff === me.id || own(h)
  const [matter] = matters({ handovers: [h], events: history, me, now: 0 })
  if (at && !sent) {
    if (!matter || matter.kind !== 'task') return ['added']
    return [...matter.received ? [] : ['acknowledged'], ...matter.owner ? [] : ['accepted'], 'answered', 'added',
      ...matter.owner === me.id ? ['given_back'] : [], 'declined']
  }
  if (!sent) return []
  return [...matter && matter.kind !== 'call' ? ['read'] : [], ...closed(h) ? [] : ['call_reached'], 'added',
    ...closed(h) || h.class === 'SG' || history.some(e => e.pending && e.kind === 'stood_down') ? [] : ['stood_down']]
}

/**
 * The op by which a phone says what its owner did: a line of the history, which the server carries out.
 * @param {{ handover: Rec, kind: string, text?: string, detail?: Record<string, any>, newID: () => string }} o
 */
export function lineOf({ handover, kind, text = '', detail = {}, newID }) {
  return { op: 'create', collection: 'handover_events', id: newID(), patient: handover.patient,
    set: { patient: handover.patient, handover: handover.id, kind, ...(text.trim() ? { text: text.trim() } : {}),
      ...(Object.keys(detail).length ? { detail } : {}) } }
}
