// @ts-check
// What pages on a screen share and phones have no use for: which pages there are, what stands at their foot, and what somebody reads
// on one that is not for their role, or of a handover that cannot be read or does not say whether 999 was called.

export const footer = 'Doorstep is not the legal care record. In an emergency call 999.'

export const screens = {
  practice: 'Inbox', desk: 'Desk', app: 'Visits', board: 'Board',
  notHere: { practice: 'There is no inbox for your role', desk: 'There is no desk for your role', app: 'The app is not for your role',
    board: 'There is no board for your role' },
  elsewhere: 'You are signed in as {role}. What is for you is here:',
  nowhere: 'You are signed in as {role}. Doorstep has no page for this role yet. Nothing waits for you here, and nothing is wrong with your account.',
  go: { practice: 'The inbox of your team', desk: 'The desk', app: 'The app for visits: your tasks and answers come to your phone',
    board: 'The board of your neighbourhood' },
}

export const unreadable = 'It is kept and is not missing. Whoever runs Doorstep has been told. Ask the sender if you need it now.'

export const unsaid999 = 'Nobody has said whether 999 was called.'
