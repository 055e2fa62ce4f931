// @ts-check
// Why a handover was declined, as whoever declines chooses it and as the board counts it.

export const declined = {
  not_ours: 'Not a person of this team', other_service: 'Another service should do it', no_capacity: 'Not possible in the time asked',
  too_little_known: 'Too little is known to act', done_already: 'Dealt with already', other: 'Another reason',
}
