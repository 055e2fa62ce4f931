// Package town is the invented neighbourhood that the simulator, the stand for tests in other languages and
// the bench are filled with: Riverside, its practices, teams, staff and the people in their care. Each takes
// what it needs and adds its own; nobody in it exists.
//
// The demo invents a neighbourhood of its own from a seed (internal/demo), because it ships and shows a
// whole place; tests that need two or three records say so with internal/testkit/pbtest.
package town
