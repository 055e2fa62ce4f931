// @ts-check
// The words of the board of a neighbourhood.
export const board = {
  title: 'Board', name: 'Board', choose: 'Neighbourhood',
  heading: '{name}: how we work together',
  asAt: 'As of {at}.', notYet: 'Nothing is counted yet. Figures appear within a minute of the first record, charts once a week is complete.',
  small: 'So that nobody can be recognised, no number from 1 to 4 is shown: “hidden” stands for one, or for a number from which one could be worked out. '
    + 'Partners are not ranked.',
  hidden: 'hidden', nothing: '–', loading: 'Reading …', again: 'Try again',
  nobody: 'No neighbourhood lets you read its figures. Its lead or its care coordinator can let you in.',
  print: 'Print', csv: 'Save as a table (CSV)', counts: 'Save the counts behind it (CSV)', show: 'Show small numbers', hide: 'Hide small numbers',
  shown: 'Small numbers are shown. That you look at them is noted.',
  questions: {
    waiting: 'Are people waiting?', arrive: 'Do things arrive?', pathways: 'Who works with whom?',
    faces: 'Do people see the same faces, and are those seen who should be?', promised: 'What did we promise each other?',
  },
  waiting: {
    means: 'Handovers that our teams sent and nobody has answered, by whom they are with now. Overdue: their time to be received, or to be answered, has run out.',
    caption: 'Waiting now', partner: 'With', all: 'All', every: 'Everybody', none: 'Nothing waits.', cell: '{open} ({overdue} overdue)', oldest: 'Oldest', since: 'since {at}',
    unknown: 'Nobody', overdueHidden: '{open} (overdue: hidden)',
  },
  pathways: {
    means: 'What one partner sent to another in four weeks, and what became of it where it came first. A practice that takes a class elsewhere declines nothing.',
    caption: 'From {from} to {to}', from: 'From', to: 'To', sent: 'Sent', sentOn: 'Sent on twice or more', half: 'Half accepted within', all: 'All',
    // In the order of the columns.
    became: { accepted: 'Accepted', declined: 'Declined', elsewhere: 'Taken elsewhere', unanswered: 'No answer in time', withdrawn: 'Not needed', open: 'Open' },
    paper: 'On paper, rows of which every number is hidden are left out.', notSaid: 'No reason chosen', whyHidden: 'reasons hidden',
    none: 'Four complete weeks are needed first.', before: 'The four weeks before: {from} to {to}',
  },
  chart: {
    week: 'Week of', value: 'Value', n: 'How many', left: 'Left out', signal: 'Signal', yes: 'yes', definition: 'What this counts',
    table: 'The numbers, week by week', mean: 'Mean {mean}. Between {lower} and {upper} weeks differ by chance.',
    few: 'Twelve weeks are needed before limits are drawn; there are {n}.', signals: 'Weeks that stand out: {list}.', signalsMany: '{n} weeks stand out, from {from} on; squares mark them.', same: 'The same in every week: {mean}.', none: 'No week stands out.',
    last: 'Last week: {value}', noValue: 'No week has a value yet.', atLeast: 'at least {value}', byPartner: 'By partner, {from} to {to}', measure: 'Measure',
    people: 'People behind last week', peopleNone: 'None of the people on your own caseload.', peopleMore: 'More people',
  },
  measures: {
    acknowledging: 'Received: nine in ten within', from_door: 'From the door until received: nine in ten within', in_time: 'Received in time',
    same_day: 'Same-day matters taken on the same day', recorded: 'Planned visits recorded', repeated: 'Visits that repeat another service',
    upc: 'Visits by whoever comes most often', coc: 'Continuity index, from 0 to 1', faces: 'Different people who came within 28 days',
    many_faces: 'People to whom more than five came',
    named_lead: 'Visits by the person’s named lead', goal_people: 'People with a goal', goal_reviews: 'Goals whose review is not overdue',
    seen_in_time: 'On a list and seen in time', advice: 'Closed with advice alone', advice_unknown: 'of these: nothing heard within a week',
  },
  definitions: {
    acknowledging: 'From the moment a handover came to the first team until a person there received, answered or declined it. What is still open counts with its age, '
      + 'so that leaving it makes nothing look faster. Left out: what nobody need answer, and what is taken elsewhere.',
    from_door: 'The same from what happened at the door, with the time without a network in it.',
    in_time: 'Received before the time of its class ran out, of all whose time has run out or who were received. Left out: what is for information.',
    same_day: 'Emergency, urgent and same-day handovers that a clinician took on by the end of that day, of all that were due; of same-day matters by '
      + 'the end of the working day.',
    recorded: 'Planned visits of which somebody recorded what became of them, of all whose time is over. Left out: cancelled ones, and people who died.',
    repeated: 'Visits within a day after one by another service for the same person and purpose. Left out: what is ordered several times a day.',
    upc: 'Of each person seen at home, the share of visits in 90 days by whoever came most often; shown is the middle person. Two who come together '
      + 'are one visit. Left out: people with one visit.',
    coc: 'The index of Bice and Boxerman over 90 days, from 0 (always somebody else) to 1; shown is the middle person. Left out: people with fewer than three visits.',
    faces: 'How many different people came into a home within 28 days; shown is the middle person.',
    many_faces: 'People into whose home more than five different people came within 28 days, of all that were visited.',
    named_lead: 'Of all visits within 90 days to people who have a named lead, those by that lead. Two who come together are one visit. It goes by whoever is named now. '
      + 'Left out: visits to people for whom nobody is named.',
    seen_in_time: 'People on a team’s lists of people to keep in touch with whom somebody had seen as often as those lists ask for when the week ended, of all on them. '
      + 'Each counts once for each team. Somebody new counts once they were seen, or their first contact was due.',
    goal_people: 'People who had a goal in their own words, agreed and not ended, when the week ended. Each counts once, for the team of the goal that was agreed first.',
    goal_reviews: 'Goals whose day for the next review had not passed when the week ended, of all open goals that have one. Left out: goals without such a day.',
    advice: 'Handovers that a clinician closed with “advice given” or “no action needed”, and whose person was not handed over as urgent, or admitted, within '
      + 'a week as far as we know, of all that were closed. It is their word at that moment. What it avoided, nobody can count.',
    advice_unknown: 'Of these, people of whom nothing was heard within a week: what became of them is unknown.',
  },
  goals: {
    people: 'People with a goal in their own words: {n}.', reviews: 'Goals whose review is not overdue: {value}.',
    ends: 'Goals that ended, {from} to {to}, as the person says: {list}.', outcomes: { met: 'met', partly: 'partly', not_met: 'not met', withdrawn: 'withdrawn' },
  },
  targets: {
    caption: 'Targets', measure: 'What', baseline: 'In the 13 weeks before', aim: 'Aim', by: 'By', owner: 'Who answers for it', now: 'Last four weeks', review: 'Next review',
    none: 'Nothing is promised yet.', weeks: '{value} ({n} weeks)', met: 'as good as aimed for', notMet: 'not there yet',
    ended: 'Ended {at}: {outcome}', outcomes: { met: 'met', missed: 'missed', dropped: 'dropped' }, history: 'What was decided: {measure}',
    decidedAt: '{at}, {by}, at {value}: {decided}', set: 'Set a target', aimShare: 'Aim, in per cent', aimHours: 'Aim, in hours', aimNumber: 'Aim, a number',
    save: 'Set it', reviewing: 'Note a review', decided: 'What was decided', next: 'Next review on', note: 'Note it',
    end: 'It has ended', keep: 'It goes on', saved: 'It is noted.', by_day: 'By which day',
  },
  guests: {
    title: 'Who else reads this board', means: 'Leads and coordinators of the neighbourhood read it. Anybody else with an account can be let in; they see numbers, and '
      + 'nobody’s name.', none: 'Nobody else is let in.', email: 'Their e-mail address', add: 'Let them in', end: 'Not any more', name: '{name}, since {at}',
  },
}
