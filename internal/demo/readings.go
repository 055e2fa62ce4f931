package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"doorstep/internal/news2"
)

// readings is a set as a phone records it, by the wire names of observations.
type readings map[string]any

// wellReadings is a set of somebody who is well: NEWS2 of 0 or 1.
func wellReadings(r *rand.Rand, p *person) readings {
	spo2 := 96 + r.IntN(4)
	if p.retains {
		spo2 = 88 + r.IntN(5)
	}
	v := readings{"respiration_rate": 13 + r.IntN(7), "spo2": spo2, "on_oxygen": false, "systolic": 112 + r.IntN(40),
		"diastolic": 62 + r.IntN(22), "pulse": 58 + r.IntN(31), "acvpu": "A", "temperature": tenth(362 + r.IntN(14))}
	// What NEWS2 does not score follows from these and the person, so that the day stays as it was drawn.
	pulse := v["pulse"].(int)
	v["blood_glucose"], v["weight"], v["pain_score"] = tenth(48+pulse%31), tenth(520+p.age*37%350+pulse%12), pulse%4
	return v
}

// illReadings is a set with the total asked for, 5 or 6 (RCP NEWS2, December 2017, Chart 1).
func illReadings(r *rand.Rand, p *person, total int) readings {
	v := wellReadings(r, p)
	v["respiration_rate"] = 21 + r.IntN(4)    // 2
	v["systolic"] = 101 + r.IntN(10)          // 1
	v["temperature"] = tenth(381 + r.IntN(9)) // 1
	v["pulse"] = 91 + r.IntN(20)              // 1
	if v["spo2"] = 96; total > 5 && !p.retains {
		v["spo2"] = 94 // 1 on scale 1
	}
	if p.retains {
		v["spo2"] = 89
	}
	return v
}

// tenth is a temperature of one decimal.
func tenth(n int) float64 { return float64(n) / 10 }

// score is what the set comes to for a person, by the module that the server and any app use.
func (v readings) score(p *person) news2.Score {
	return news2.Calculate(v.reading(), p.facts())
}

func (p *person) facts() news2.Person {
	f := news2.Person{Age: &p.age, Scale: 1}
	if p.retains {
		f.Scale = 2
	}
	return f
}

func (v readings) reading() news2.Reading {
	whole := func(name string) *int {
		if n, ok := v[name].(int); ok {
			return &n
		}
		return nil
	}
	r := news2.Reading{RespirationRate: whole("respiration_rate"), SpO2: whole("spo2"), Systolic: whole("systolic"), Pulse: whole("pulse")}
	if b, ok := v["on_oxygen"].(bool); ok {
		r.OnOxygen = &b
	}
	if s, ok := v["acvpu"].(string); ok {
		c := news2.Consciousness(s)
		r.ACVPU = &c
	}
	if x, ok := v["temperature"].(float64); ok {
		n := news2.Tenths(int(x*10 + 0.5))
		r.Temperature = &n
	}
	return r
}

// spoken is the set as a nurse would say it.
func (v readings) spoken() string {
	breathing := "on air"
	if v["on_oxygen"] == true {
		breathing = "on oxygen"
	}
	return fmt.Sprintf("breathing %v a minute, oxygen %v\u00a0%% %s, blood pressure %v/%v, pulse %v, alert, %v\u00a0°C",
		v["respiration_rate"], v["spo2"], breathing, v["systolic"], v["diastolic"], v["pulse"], v["temperature"])
}

// sum writes a total with its seven parts, in the order of the chart.
func sum(s news2.Score) string {
	var parts []string
	for _, p := range []*int{s.RespirationRate, s.SpO2, s.Oxygen, s.Systolic, s.Pulse, s.ACVPU, s.Temperature} {
		if p != nil {
			parts = append(parts, strconv.Itoa(*p))
		}
	}
	return fmt.Sprintf("%s = %d", strings.Join(parts, " + "), s.FloorTotal)
}
