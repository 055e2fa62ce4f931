// @ts-check
// What every screen gets: the records as this person sees them, ways to write, and where to go next. The
// screens know no storage, no network and no keys.

/** A record's values with its id and how it stands on this phone. @typedef {any} Rec */

/**
 * One op of a change, see docs/protocol.md §5.1.
 * @typedef {{ op: string, collection?: string, id?: string, patient?: string, set?: Record<string, any>, issue?: string, [more: string]:
 *   any }} Op
 */

/**
 * @typedef {object} Me whose phone this is; see GET /names in docs/protocol.md
 * @property {string} id
 * @property {string} name
 * @property {string} role
 * @property {string} organisation
 * @property {string[]} teams
 * @property {'clinical' | 'limited'} view
 * @property {boolean} raises_urgent
 */

/**
 * @typedef {object} SyncStatus what was sent and heard, for the status bar
 * @property {number} unsent
 * @property {number} needsYou
 * @property {string | null} lastSynced
 * @property {string | null} nextTry
 * @property {boolean} busy
 * @property {boolean} whole older visits are shown, too; for a moment after the unlock they are not
 * @property {string} trouble a sentence, "" when all is well
 * @property {{ done: number, total: number } | null} loading the first load, in records; after `lastSynced`, of who is not in the round
 */

/**
 * A form that was begun and not saved; id: of what was planned, or of the person; who: the person, as they were when it began.
 * @typedef {{ key: string, kind: 'visit'|'checkin'|'person'|'handover'|'goal', id: string, at: string, who: Rec | null }} Unfinished
 */

/**
 * @typedef {object} App
 * @property {Me} me
 * @property {import('./model/details.js').Own[] | null} templates what one's organisation asks at visits; null = what ships
 * @property {readonly import('./model/rules.js').Rule[]} rules the server raises handovers by: named last, else shipped
 * @property {boolean} clockKnown the server has measured this phone's clock
 * @property {(collection: string) => Rec[]} all every visible record of a collection
 * @property {(collection: string, id: string) => Rec | null} get
 * @property {(collection: string, id: string) => any} seen what is on the screen now, for a form that opens: keep it and hand it to record
 * @property {(ops: Op[], seen?: Record<string, any>) => Promise<void>} record stores one change; rejects with a coded error, and the form
 *   stays
 * @property {() => string} newID
 * @property {(id: string | null | undefined) => string} nameOf of staff
 * @property {{ id: string, name: string, role: string, teams: string[], registrant?: boolean, left?: boolean }[]} colleagues
 * @property {() => SyncStatus} syncStatus
 * @property {() => any[]} items every change of this phone with its state
 * @property {() => Promise<void>} sync
 * @property {() => number} now the corrected time, ms
 * @property {import('./router.js').Place} place
 * @property {string} here the address that is open
 * @property {(hash: string, from?: string) => void} go from: where it was pressed; whoever went elsewhere meanwhile stays there
 * @property {() => void} redraw
 * @property {any} drafts keeps drafts: get(key), put(key, value), drop(key)
 * @property {() => Unfinished[]} unfinished the drafts there are, the last touched first
 * @property {Map<string, any>} forms open forms by key, gone with a lock
 * @property {(text: string, how?: { urgent?: boolean }) => void} say announces and shows a short message
 * @property {() => readonly import('./model/moves.js').Move[]} moves what was moved of the round since its owner looked last
 * @property {() => void} sawMoves they have seen it
 * @property {() => readonly import('./model/urgent.js').Standing[]} urgent own emergencies that nobody is known to have answered
 * @property {(s: import('./model/urgent.js').Standing) => string} aboutWhom whom one of them is about
 * @property {any} phone what settings and directives need: lock, signOut, exportUnsent, vault, storage figures
 * @property {boolean} locked the offline lease has run out: data is not shown, the outbox still goes
 */

export {}
