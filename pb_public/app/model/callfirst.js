// @ts-check
// When a telephone comes before the app: an offline phone cannot escalate, so the screen says who to call and asks whether
// they were reached. Whether it is urgent the rules say (rules.js).

/** Whether the screen must put the call first. @param {string} urgency E, U2, SD, R, I or "" */
export const callFirst = urgency => urgency === 'E' || urgency === 'U2'
