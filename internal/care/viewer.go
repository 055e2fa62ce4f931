package care

import "time"

// Viewer is a member of staff with what decides what they may see: their role, organisation and teams.
type Viewer struct {
	Staff        string
	Role         Role
	Organisation string
	Teams        []string
	// InactiveSince is when the person left; zero means in service.
	InactiveSince time.Time
}

// Named is a team or a member of staff with the name people know them by.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Role of a member of staff; Kind and Phone of a team.
	Role  string `json:"role,omitempty"`
	Kind  string `json:"kind,omitempty"`
	Phone string `json:"phone,omitempty"`
}
