// @ts-check
// What the server tells an inbox: see docs/openapi.yaml. Types only.

/** @typedef {{ id: string, name: string, role?: string, kind?: string, phone?: string }} Named */
/**
 * @typedef {{ id: string, family_name?: string, given_name?: string, preferred_name?: string, date_of_birth?: string, nhs_number?: string,
 *   nhs_number_status?: string, address?: string, postcode?: string, phone?: string, died_on?: string,
 *   address_hidden?: boolean, practice?: string, communication_needs?: string[],
 *   unreadable?: string[], risk_note?: string }} Person
 */

/** @typedef {{ answer: string, at: string, name: string, role: string, reached: boolean, read_back: boolean, why: string }} Call */

/**
 * A handover in the list.
 * @typedef {object} Item
 * @property {string} id
 * @property {number} version
 * @property {'full' | 'limited' | 'sealed' | 'given'} projection
 * @property {'received' | 'sent' | 'escalated' | 'given'} side
 * @property {string} state
 * @property {string} class
 * @property {boolean} overdue
 * @property {string} [due] @property {string} [ack_due] @property {string} [act_due]
 * @property {boolean} mine
 * @property {Person} patient
 * @property {Named | null} from_staff @property {Named | null} from_team @property {Named | null} to_team @property {Named} [reply_team]
 * @property {Named} [named_registrant]
 * @property {boolean} by_hand
 * @property {{ rule: string, version: number, title: string }[]} rules
 * @property {boolean} unverified
 * @property {Named} [confirmed_by]
 * @property {string} [superseded_by]
 * @property {string} [situation] @property {string} [background] @property {string} [assessment] @property {string} [recommendation]
 *   @property {string} [safe_note]
 * @property {{ recorded_at?: string, raised_at: string, late_by_seconds: number }} provenance
 * @property {Named} [seen_by] @property {Named} [acknowledged_by] @property {string} [acknowledged_at] @property {Named} [owner]
 * @property {Call} [call] to whoever it goes to
 * @property {Call} [call_999]
 * @property {string} [decline_reason] @property {string} [outcome] @property {string} [answer]
 * @property {Named} [filed_by] @property {string} [filed_at]
 * @property {string} [closed_at] @property {Named} [closed_by]
 * @property {string} [follows] the handover whose answer asks for it @property {string} [amended_at] when it was last added to or corrected
 * @property {string[]} [unreadable] fields that are stored and cannot be read
 * @property {string[]} may what the reader can do to it as it stands
 */

/** @typedef {{ id: string, at: string, kind: string, by?: Named, team?: Named, text?: string, detail?: any,
 *   unreadable?: string[] }} HandoverEvent */
/**
 * @typedef {{ collection: string, id: string, recorded_at: string, reached_at?: string, late_by_seconds: number, recorded_by?: Named,
 *   clock_known: boolean, verified: boolean, values: Record<string, any>, news2?: any,
 *   replaced_by?: string, replaced_at?: string }} Evidence
 */
/** @typedef {{ id: string, at: string, total: number | null, band: string, floor_total: number, scale: number,
 *   age_unknown?: boolean }} TrendPoint */
/** @typedef {{ id: string, at: string, readings: Record<string, number> }} Measured */
/**
 * @typedef {{ id: string, to_team: Named | null, from_team: Named | null, class: string, state: string, raised_at: string,
 *   same_cause: boolean, may_see: boolean, may_join: boolean }} Beside
 */
/**
 * @typedef {Item & { events: HandoverEvent[], evidence: Evidence[], trend: TrendPoint[], measured: Measured[],
 *   beside: Beside[] }} Detail
 */

/** @typedef {Named & { open: boolean, opens_at?: string, stated: boolean, out_of_hours?: string,
 *   not_here?: import('../shared/ui/not-here.js').NotHere[], says_not_here?: boolean }} OpenTeam */
/** @typedef {{ handover: string, by: Named, since: string, until: string, claimed: boolean }} Attention */

/**
 * Everybody whose handovers stand together in one row.
 * @typedef {{ id: string, person: Person, items: Item[], inHand: number, overdue: boolean }} Group
 */

/** @typedef {'receive' | 'hand' | 'open' | 'asked' | 'closed'} Tab */
/** @typedef {{ class: string, team: string, mine: boolean, overdue: boolean, text: string }} Filters */

export {}
