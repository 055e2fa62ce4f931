package news2

// Status says how far a set could be scored.
type Status string

// The statuses, as written on the wire.
const (
	StatusComplete      Status = "complete"
	StatusIncomplete    Status = "incomplete"
	StatusNotApplicable Status = "not_applicable"
)

// Score is the result for one set. Sub-scores are null when their reading is missing
// or cannot be scored, and total is null unless all seven are there.
//
// When NEWS2 is not applicable every sub-score and the total are null, single_three is
// false and floor_total is 0. That is a choice: a sub-score on the screen would be read
// as NEWS2. The readings themselves are still stored, shown and judged by other rules.
type Score struct {
	RespirationRate *int `json:"respiration_rate"`
	SpO2            *int `json:"spo2"`
	Oxygen          *int `json:"oxygen"`
	Systolic        *int `json:"systolic"`
	Pulse           *int `json:"pulse"`
	ACVPU           *int `json:"acvpu"`
	Temperature     *int `json:"temperature"`

	Total       *int `json:"total"` // 0–20
	Band        Band `json:"band"`
	SingleThree bool `json:"single_three"` // some parameter scored 3, whatever the total

	// FloorTotal is the sum of the sub-scores present: the real total is this or more.
	FloorTotal int `json:"floor_total"`
	// FloorBand is the band the floor has reached already, which escalates at least that
	// far. For a complete set it is Band. For an incomplete set it is never zero: a floor
	// of 0 has reached nothing, stays "incomplete" and cannot be shown as green.
	FloorBand Band `json:"floor_band"`

	// AgeUnknown says that nobody knows how old the person is, and that they were scored as an adult: wherever the
	// score is shown, this is too.
	AgeUnknown bool `json:"age_unknown,omitempty"`

	Scale  int    `json:"scale"` // SpO2 scale used, 1 or 2
	Status Status `json:"status"`
}

// Calculate scores one set of readings for one person. It has no error: whatever is
// missing or outside a scale is left without a score, and the status says so. It does
// not judge whether a reading is possible: the limits are in the table of readings of
// internal/care.
func Calculate(r Reading, p Person) Score {
	s := Score{Scale: p.scale()}
	if p.NotApplicable() {
		s.Status, s.Band, s.FloorBand = StatusNotApplicable, BandNotApplicable, BandNotApplicable
		return s
	}

	s.AgeUnknown = p.Age == nil
	s.RespirationRate = score(respirationTable, r.RespirationRate)
	s.SpO2 = scoreSpO2(s.Scale, r.SpO2, r.OnOxygen)
	s.Oxygen = scoreOxygen(r.OnOxygen)
	s.Systolic = score(systolicTable, r.Systolic)
	s.Pulse = score(pulseTable, r.Pulse)
	s.ACVPU = scoreACVPU(r.ACVPU)
	s.Temperature = score(temperatureTable, r.Temperature)

	s.Status = StatusComplete
	for _, sub := range s.subScores() {
		if sub.points == nil {
			s.Status = StatusIncomplete
			continue
		}
		s.FloorTotal += *sub.points
		s.SingleThree = s.SingleThree || *sub.points == 3
	}

	s.FloorBand = bandOf(s.FloorTotal, s.SingleThree)
	if s.Status == StatusComplete {
		total := s.FloorTotal
		s.Total, s.Band = &total, s.FloorBand
		return s
	}
	s.Band = BandIncomplete
	if s.FloorBand == BandZero {
		s.FloorBand = BandIncomplete
	}
	return s
}

// subScore is one of the seven, with its name on the wire.
type subScore struct {
	name   string
	points *int
}

// subScores lists the seven in the order of the chart.
func (s Score) subScores() [7]subScore {
	return [7]subScore{
		{"respiration_rate", s.RespirationRate},
		{"spo2", s.SpO2},
		{"oxygen", s.Oxygen},
		{"systolic", s.Systolic},
		{"pulse", s.Pulse},
		{"acvpu", s.ACVPU},
		{"temperature", s.Temperature},
	}
}

// SubScore is the sub-score of a parameter by its wire name, nil where it has none.
func (s *Score) SubScore(parameter string) *int {
	for _, sub := range s.subScores() {
		if sub.name == parameter {
			return sub.points
		}
	}
	return nil
}

// Threes lists the parameters that scored 3, by wire name in the order of the chart.
// Oxygen never scores 3, nor does a high temperature.
func (s Score) Threes() []string {
	var names []string
	for _, sub := range s.subScores() {
		if sub.points != nil && *sub.points == 3 {
			names = append(names, sub.name)
		}
	}
	return names
}

// Unscored lists the parameters an incomplete set lacks, by wire name in the order of
// the chart, so that a nurse can be told what to take. On scale 2, "spo2" is listed
// when air or oxygen is not recorded and the saturation is 93 % or more. A set to
// which NEWS2 does not apply lacks nothing.
func (s Score) Unscored() []string {
	if s.Status != StatusIncomplete {
		return nil
	}
	var names []string
	for _, sub := range s.subScores() {
		if sub.points == nil {
			names = append(names, sub.name)
		}
	}
	return names
}
