// Package sqlitemem gives SQLite memory it keeps.
//
// SQLite translated to Go asks the operating system for each larger block and gives it back at
// once. A split of a B-tree page, a sort, a list in a query: each is a mapping made, touched
// page by page and unmapped again, which took a quarter of the processor time of a push. Here a
// freed block waits in a list for the next of its size, and nothing goes back: what SQLite holds
// is bounded by the caches of its connections, which live as long as the process.
package sqlitemem
