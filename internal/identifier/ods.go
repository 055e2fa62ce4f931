package identifier

import "regexp"

// ODSCode is the code of an organisation in the Organisation Data Service: one to nine
// capital letters and digits. Codes are never reused; closed ones are kept.
type ODSCode string

const odsMaxLength = 9

// ParseODSCode checks the form ^[A-Z0-9]{1,9}$ and nothing more (NHS Digital, ODS: "1 to
// 9 alphanumeric characters"). Whether the organisation exists, is open and is a GP
// practice is a look-up in the directory. Lower case is refused, so that one
// organisation has one spelling. Codes of the *Error: length, characters.
func ParseODSCode(text string) (ODSCode, error) {
	if len(text) < 1 || len(text) > odsMaxLength {
		return "", refuse(KindODSCode, CodeLength, "An ODS code has one to nine characters.")
	}
	for i := range len(text) {
		if !isUpper(text[i]) && !isDigit(text[i]) {
			return "", refuse(KindODSCode, CodeCharacters, "An ODS code holds capital letters and digits only.")
		}
	}
	return ODSCode(text), nil
}

// Shape is the kind of organisation whose codes look like this one.
type Shape string

// The shapes. NB! A hint for sorting and for the wording of a question, never a gate:
// walk-in centres and out-of-hours services share the shape of a practice, and only the
// directory's role RO76 means "GP practice".
const (
	ShapeNoPractice     Shape = "no_practice"     // V81997, V81998, V81999: none, not applicable, not known
	ShapePractice       Shape = "gp_practice"     // letter + 5 digits
	ShapeBranch         Shape = "branch_surgery"  // practice + 3 digits
	ShapeTrust          Shape = "trust"           // R + 2
	ShapeTrustSite      Shape = "trust_site"      // R + 4
	ShapeCareSite       Shape = "care_site"       // V + 4: care home, social care
	ShapePharmacy       Shape = "pharmacy"        // F + 4
	ShapeGP             Shape = "gp"              // G + 7 digits: a person
	ShapeICB            Shape = "icb"             // Q + 2
	ShapePCN            Shape = "pcn"             // U + 5 digits
	ShapeLocalAuthority Shape = "local_authority" // 3 digits
	ShapeUnknown        Shape = "unknown"
)

// shapes are tried from the top. They come from the ODS coding frames; PCN, ICB, local
// authority and the three codes for "no practice" are from general knowledge, to be
// checked against the directory.
var shapes = []struct {
	pattern *regexp.Regexp
	shape   Shape
}{
	{regexp.MustCompile(`^V8199[789]$`), ShapeNoPractice},
	{regexp.MustCompile(`^U[0-9]{5}$`), ShapePCN},
	{regexp.MustCompile(`^[A-Z][0-9]{5}$`), ShapePractice},
	{regexp.MustCompile(`^[A-Z][0-9]{8}$`), ShapeBranch},
	{regexp.MustCompile(`^G[0-9]{7}$`), ShapeGP},
	{regexp.MustCompile(`^R[A-Z0-9]{2}$`), ShapeTrust},
	{regexp.MustCompile(`^R[A-Z0-9]{4}$`), ShapeTrustSite},
	{regexp.MustCompile(`^V[A-Z0-9]{4}$`), ShapeCareSite},
	{regexp.MustCompile(`^F[A-Z0-9]{4}$`), ShapePharmacy},
	{regexp.MustCompile(`^Q[A-Z0-9]{2}$`), ShapeICB},
	{regexp.MustCompile(`^[0-9]{3}$`), ShapeLocalAuthority},
}

// Shape says what the code looks like. See the constants for what that is worth.
func (c ODSCode) Shape() Shape {
	for _, s := range shapes {
		if s.pattern.MatchString(string(c)) {
			return s.shape
		}
	}
	return ShapeUnknown
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
