package server

// Watch ends the manual life of a server whose Options said Manual: from now on it notices foreign
// writes and runs its jobs by itself, until Close. Call it once.
func (s *Server) Watch() { s.watch() }
