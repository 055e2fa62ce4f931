// Package handover turns alarms into handovers and says what may happen to them. It is pure:
// no clock, no store, no channel; the time, the calendar and the directory are handed in.
//
//   - [Arrange] decides which alarms share a handover, what supersedes one, and when.
//   - [Compose] writes its text in SBAR order.
//   - [Machine] is every move between states, and who may make it.
//   - [Clocks] say when an answer is due; [Due] when somebody must look again.
//
// Two rules stand above all others. One cause has one handover, and no answer in time is a
// failure that goes to the next in the chain, at last to the care coordinator.
package handover
