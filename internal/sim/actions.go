package sim

import (
	"slices"
	"strings"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// action is something that may happen next; weight is how often it does.
type action struct {
	name   string
	weight int
	do     func(*World)
}

// actions is everything that happens in a day of trouble.
var actions = []action{
	{"sync", 400, (*World).actSync},
	{"write", 380, (*World).actWrite},
	{"time passes", 70, (*World).actTime},
	{"late arrival", 20, (*World).deliverLate},
	{"network", 25, (*World).actNetwork},
	{"phone killed", 14, func(w *World) { w.anyPhone(func(h *handset) { h.kill() }) }},
	{"phone clock", 6, (*World).actClock},
	{"phone backup", 16, (*World).actPhoneBackup},
	{"resolve", 25, (*World).actResolve},
	{"caseload", 30, (*World).actCaseload},
	{"partner", 30, (*World).actPartner},
	{"dashboard", 22, (*World).actDashboard},
	{"misfiled", 5, (*World).actMisfiled},
	{"raw SQL", 12, (*World).actRaw},
	{"role", 8, (*World).actRole},
	{"leaver", 2, (*World).actLeaver},
	{"device", 3, (*World).actDevice},
	{"server backup", 10, (*World).actServerBackup},
	{"server restart", 2, func(w *World) { w.crash("by its operator") }},
}

// wideActions are what happens on a wide day.
var wideActions = slices.Concat(actions, []action{
	{"hand over", 60, (*World).actHandOver},
	{"line", 90, func(w *World) { w.anyPhone((*handset).line) }},
	{"told in confidence", 25, (*World).actConfide},
	{"lock", 40, (*World).actLock},
	{"service", 16, (*World).actService},
	{"sealing key", 3, (*World).loseSealingKey},
})

// plannedActions are what happens on a day about plans.
var plannedActions = slices.Concat(actions, []action{
	{"plan", 90, (*World).actPlan},
	{"move planned visits", 60, (*World).actMovePlanned},
	{"plans job", 25, (*World).actExtend},
	{"discharge", 5, (*World).actDischarge},
	{"planned visit", 110, (*World).actPlannedVisit},
})

// mergedActions are what happens on a day about people who are registered twice, a wide one.
var mergedActions = slices.Concat(wideActions, []action{{"merge", 90, (*World).actMerge}})

func (w *World) wide() bool { return w.o.Theme == wide || w.o.Theme == duplicates }

func (w *World) actions() []action {
	switch w.o.Theme {
	case wide:
		return wideActions
	case planned:
		return plannedActions
	case duplicates:
		return mergedActions
	}
	return actions
}

// theme makes some actions more frequent in a run, by name: troubles that only show together
// would meet too seldom.
type theme map[string]int

func (t theme) times(action string) int { return max(t[action], 1) }

// The themes of runs.
const (
	copies   = "copies"   // phones are backed up, put back and doubled
	restores = "restores" // the server is restored again and again
	disaster = "disaster" // both
	staffing = "staffing" // people move between teams and roles
	// wide: people hand over by hand, write what they did about handovers and what is for the safeguarding lead alone, phones
	// lie locked in pockets, services come to their end. It is about one of the others as well, or about nothing in particular.
	wide = "wide"
	// planned: leads plan visits that repeat, move them and end the plans, while phones make them. It is about one of the
	// others as well, as a wide day is.
	planned = "planned"
	// duplicates: registrations are made one and two again, while phones write about either. It is about one of the others as well.
	duplicates = "duplicates"
)

var themes = map[string]theme{
	copies:   {"phone backup": 6},
	restores: {"server backup": 5, "sync": 2},
	disaster: {"phone backup": 5, "server backup": 4},
	staffing: {"caseload": 4, "role": 4, "misfiled": 4},
}

// theme is what the run is about; half of them are about nothing in particular.
func (w *World) theme() theme {
	name := w.o.Theme
	roll := pick(w, []string{"", "", "", "", copies, restores, disaster, staffing})
	if name == "" || name == wide || name == planned || name == duplicates {
		name = roll
	}
	w.about = name
	return themes[name]
}

// anyPhone picks a phone that still lives.
func (w *World) anyPhone(do func(*handset)) {
	if h := pick(w, w.phones); !h.gone {
		do(h)
	}
}

func (w *World) actSync() {
	w.anyPhone(func(h *handset) {
		for range 1 + w.random.IntN(5) {
			h.step()
			if len(w.failures) > 0 || h.gone {
				return
			}
		}
	})
}

func (w *World) actTime() {
	switch w.random.IntN(10) {
	case 0:
		w.pass(time.Duration(1+w.random.IntN(5)) * time.Hour)
	case 1, 2, 3:
		w.pass(time.Duration(1+w.random.IntN(40)) * time.Minute)
	default:
		w.pass(time.Duration(1+w.random.IntN(90)) * time.Second)
	}
}

func (w *World) actNetwork() {
	w.anyPhone(func(h *handset) {
		switch l := h.link; {
		case l.cut || l.readOnly:
			l.cut, l.readOnly = false, false
			if w.wide() {
				h.NetworkCameBack()
			}
			w.note(h.name, "— back in the network —")
		case w.chance(20):
			l.readOnly = true
			w.note(h.name, "— behind a proxy that refuses pushes —")
		default:
			l.cut = true
			w.note(h.name, "— into a dead spot —")
		}
	})
}

func (w *World) actClock() {
	w.anyPhone(func(h *handset) {
		h.skew = time.Duration(w.random.IntN(96)-48) * time.Hour
		w.note(h.name, "clock jumps: now %s off", h.skew)
	})
}

// actPhoneBackup makes a backup of a phone, or puts an old one back: then two histories use one
// client's numbers.
func (w *World) actPhoneBackup() {
	w.anyPhone(func(h *handset) {
		switch {
		case h.Device() == "":
		case h.backup == nil:
			h.backup = &backup{store: h.store.Snapshot(), recorded: copySet(h.recorded)}
			w.note(h.name, "backed up")
		case w.chance(30):
			w.twin(h)
		case w.chance(50):
			w.note(h.name, "↺ restored from its backup")
			w.count("phone restored")
			h.store = h.backup.store
			kept, have := h.backup.recorded, w.ledger()
			for key := range h.recorded {
				if _, ok := have[key]; ok {
					kept[key] = true // what the server took in stays owed
				}
			}
			h.recorded, h.backup = kept, nil
			h.open()
		}
	})
}

// twin starts a second phone from the backup of one: both number their changes under one client.
func (w *World) twin(h *handset) {
	if strings.Contains(h.name, "twin") {
		return
	}
	w.count("twin")
	t := w.newHandset(h.name+"-twin", h.owner)
	t.store, t.recorded, t.skew = h.backup.store, h.backup.recorded, h.skew
	h.backup = nil
	t.open()
	w.note(t.name, "started from the backup of %s", h.name)
	for range 6 {
		t.step()
	}
	if w.chance(50) {
		h, t = t, h
	}
	switch w.random.IntN(3) { // both go on as if they were alone
	case 0:
		w.writeOn(h)
		w.writeOn(t)
		t.link.readOnly = true // it hears what the other pushed before it can push itself
	case 1:
		for range 2 {
			w.writeOn(h)
		}
		for range 4 {
			h.step()
		}
		for range 5 { // more than the other: its last number is its own, those before are not
			w.writeOn(t)
		}
		t.step()
	default:
		w.writeOn(h)
		w.writeOn(t)
	}
}

func copySet(s map[string]bool) map[string]bool {
	c := make(map[string]bool, len(s))
	for k := range s {
		c[k] = true
	}
	return c
}

// actResolve lets somebody decide an issue on their phone.
func (w *World) actResolve() {
	w.anyPhone(func(h *handset) {
		h.unlock()
		issues := h.List(care.SyncIssues)
		if len(issues) == 0 {
			return
		}
		h.resolve(pick(w, issues))
	})
}

func (h *handset) resolve(issue *phone.Seen) {
	set := map[string]any{}
	field := issue.Text("field")
	switch issue.Text("kind") {
	case "conflict":
		c, ok := care.ByName(issue.Text("collection"))
		if !ok {
			return
		}
		f, known := c.Field(field)
		switch {
		case issue.Text("policy") == care.PolicyRetract || issue.Text("policy") == care.PolicyRetracted && !known:
			set["retract"] = h.w.chance(50)
		case !known || f.Kind != care.Text:
			return
		default:
			set[field] = h.w.unique("decided")
		}
	case "set_aside":
		if field == "systolic" {
			set[field] = 129
		}
	}
	h.change("decides issue "+shortKey(issue.ID)+" ("+issue.Text("kind")+")", func(c *phone.Change) { c.Resolve(issue.ID, set) })
}
