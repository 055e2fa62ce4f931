package town

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
)

// Password is everybody's. Its hash is stored ready-made, of the lowest cost: hashing is slow on purpose, and
// tests sign in often.
const Password = "correct-horse-battery"

const passwordHash = "$2a$04$Axi0JhhMKKxPPut9jpEize/kPDJbE4/BxvhNI9jcWTo993/GpsMoO"

// Seeder saves records until the first error, which is then in Err; after it, it does nothing.
type Seeder struct {
	App core.App
	// NewID makes the id of a record that comes without one.
	NewID func() (string, error)
	Err   error
}

// Put saves a record and returns its id. Accounts get Password and are verified.
func (s *Seeder) Put(collection string, fields map[string]any) string {
	if s.Err != nil {
		return ""
	}
	c, err := s.App.FindCachedCollectionByNameOrId(collection)
	if err != nil {
		s.Err = fmt.Errorf("find %s: %w", collection, err)
		return ""
	}
	r := core.NewRecord(c)
	r.Load(fields)
	if r.Id == "" {
		if r.Id, s.Err = s.NewID(); s.Err != nil {
			return ""
		}
	}
	if c.IsAuth() {
		r.SetVerified(true)
		r.SetRaw(core.FieldNamePassword, &core.PasswordFieldValue{Hash: passwordHash})
	}
	if err := s.App.Save(r); err != nil {
		s.Err = fmt.Errorf("save %s: %w", collection, err)
	}
	return r.Id
}
