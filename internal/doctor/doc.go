// Package doctor looks through a data folder, also beside a server that runs, and says what is wrong with it, what that
// means and what to do. It opens the database to read. What it mends, when asked to, a running server takes in as
// it takes in what anybody else writes. Of people it says ids and numbers, never a name.
package doctor
