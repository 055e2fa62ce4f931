// @ts-check
// The offline lease: how long a phone may show people's data without having heard from the server. A phone whose
// access has ended, or that was stolen and kept in a drawer, shows nothing after that. What it has not sent is
// still sent and still exported once it is unlocked.

/** Hours where the organisation says nothing. */
export const leaseHours = 72

/**
 * `contact` is when the server last answered, `seen` the latest time the phone knows of; both in milliseconds of the
 * phone's clock, kept in clear beside the vault.
 * @typedef {{ contact: number, seen: number }} Lease
 */

/** The server has answered. @param {number} now @returns {Lease} */
export const renewLease = now => ({ contact: now, seen: now })

/**
 * Time has passed; to be kept every few minutes, so that setting the clock back wins nothing.
 * @param {Lease} lease
 * @param {number} now
 * @returns {Lease}
 */
export const ageLease = (lease, now) => ({ contact: lease.contact, seen: Math.max(lease.seen, now) })

/**
 * Whether people's data may be shown. Without a lease the server was never reached, and there is nothing to show.
 * @param {Lease | null} lease
 * @param {number} now
 * @param {number | null | undefined} hours the organisation's `offline_lease_hours`
 * @returns {{ holds: boolean, until: number }} `until` in milliseconds of the phone's clock
 */
export function leaseStands(lease, now, hours) {
  if (!lease) return { holds: false, until: 0 }
  const until = lease.contact + (hours && hours > 0 ? hours : leaseHours) * 3_600_000
  return { holds: Math.max(now, lease.seen) < until, until }
}
