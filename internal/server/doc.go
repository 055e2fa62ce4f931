// Package server puts the parts together: PocketBase, the store, the engine, the routes and the
// jobs. The program, the demo, the tests and the simulator all run the server made here.
package server
