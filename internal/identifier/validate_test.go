package identifier

import (
	"errors"
	"testing"

	"github.com/go-playground/validator/v10"
)

func TestStructTags(t *testing.T) {
	type form struct {
		Number   string    `validate:"omitempty,nhsnumber"`
		Typed    NHSNumber `validate:"omitempty,nhsnumber"`
		Pointer  *string   `validate:"omitempty,nhsnumber"`
		Practice string    `validate:"omitempty,ods"`
		Record   string    `validate:"omitempty,ulid"`
	}
	v := validator.New(validator.WithRequiredStructEnabled())
	if err := Register(v); err != nil {
		t.Fatal(err)
	}
	good, bad := "999 000 0018", "9990000019"
	for _, c := range []struct {
		name string
		form form
		tag  string // of the one field refused, or none
	}{
		{"all left empty", form{}, ""},
		{"all right", form{good, "9990000018", &good, "Z99999", "01kjpbzp3vfgw6k2m8q0r4t7yz"}, ""},
		{"a mistyped number", form{Number: bad}, "nhsnumber"},
		{"a mistyped number in its own type", form{Typed: NHSNumber(bad)}, "nhsnumber"},
		{"a mistyped number behind a pointer", form{Pointer: &bad}, "nhsnumber"},
		{"a placeholder", form{Number: "0000000000"}, "nhsnumber"},
		{"a practice in lower case", form{Practice: "z99999"}, "ods"},
		{"an id in upper case, which the validator's own tag takes", form{Record: "01KJPBZP3VFGW6K2M8Q0R4T7YZ"}, "ulid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := v.Struct(c.form)
			if c.tag == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var refused validator.ValidationErrors
			if !errors.As(err, &refused) || len(refused) != 1 || refused[0].Tag() != c.tag {
				t.Errorf("got %v, want one refusal by %s", err, c.tag)
			}
		})
	}
}

func TestStructTagsWithoutOmitempty(t *testing.T) {
	v := validator.New()
	if err := Register(v); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{"empty text": "", "a whole number": 9990000018, "yes or no": true} {
		for tag := range tags {
			if err := v.Var(value, tag); err == nil {
				t.Errorf("%s passes as %s", name, tag)
			}
		}
	}
}
