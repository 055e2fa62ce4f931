// @ts-check
// Who a handover goes to, as far as this phone knows.

/**
 * The team, with the number of its organisation where it has none of its own; without a team the person's practice, with the
 * number of a team of it where it has none.
 * @param {{ get: (collection: string, id: string) => any, all: (collection: string) => any[] }} on the records of the phone
 * @param {any} handover
 * @returns {{ name: string, phone: string, team: boolean } | null} team: it is none of the practice
 */
export function receiverOf(on, handover) {
  const practice = on.get('patients', handover.patient)?.practice ?? ''
  const team = handover.to_team ? on.get('teams', handover.to_team) : null
  const organisation = on.get('organisations', team?.organisation ?? practice)
  if (!team && !organisation) return null
  const number = team?.phone || organisation?.phone
    || on.all('teams').find(t => t.organisation === practice && t.kind === 'practice' && t.phone)?.phone
  return { name: (team ?? organisation).name ?? '', phone: number ?? '',
    team: Boolean(team) && team.organisation !== practice }
}
