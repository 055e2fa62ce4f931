package identifier

import (
	"fmt"
	"reflect"

	"github.com/go-playground/validator/v10"
)

// tags are the struct tags [Register] adds, with the parser each one asks.
var tags = map[string]func(string) error{
	"nhsnumber": func(text string) error { _, err := ParseNHSNumber(text); return err },
	"ods":       func(text string) error { _, err := ParseODSCode(text); return err },
	"ulid":      func(text string) error { _, err := ParseULID(text); return err },
}

// Register teaches v the tags nhsnumber, ods and ulid for text fields and pointers to
// them. An empty text fails: write "omitempty,nhsnumber" where it may be absent. A field
// that is not text fails too.
//
// NB! "ulid" replaces the validator's own tag of that name, which takes upper case. And
// "nhsnumber" accepts what people write, spaces included: store what [ParseNHSNumber]
// returns, not the field.
func Register(v *validator.Validate) error {
	for tag, check := range tags {
		err := v.RegisterValidation(tag, func(field validator.FieldLevel) bool {
			f := field.Field()
			return f.Kind() == reflect.String && check(f.String()) == nil
		})
		if err != nil {
			return fmt.Errorf("register tag %s: %w", tag, err)
		}
	}
	return nil
}
