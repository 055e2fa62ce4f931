// @ts-check
// What a change was, in the words of who made it.

/** @type {[string, string][]} what leads when a change has several steps */
const order = [['visits', 'visit'], ['checkins', 'checkin'], ['observations', 'visit'], ['handovers', 'handover'],
    ['goals', 'goal'], ['lone_stays', 'lone'], ['goal_steps', 'goal'],
    ['handover_events', 'answer'], ['patients', 'person'], ['sync_issues', 'decision']]

/** @param {readonly { collection: string }[]} about */
export function visitKind(about) {
  return order.find(([collection]) => about.some(a => a.collection === collection))?.[1] ?? 'other'
}
