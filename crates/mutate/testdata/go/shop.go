package cart

import (
	"regexp"
	"strings"
	"sync"
)

var code = regexp.MustCompile(`^[a-z]+-\d+$`)
var rate = 0.5
var strict = true
var sizes = []int{1, 2, 3}
var empty = ""

type Shop struct {
	mutex sync.Mutex
	limit int
	name  string
}

func Totals(price, side, flags int) int {
	half := price / side
	rest := side % 3
	negative := -half
	positive := +half
	bits := (flags & 6) | (flags ^ 3)
	shifted := flags << 2
	inverse := ^flags
	half *= 2
	flags &= 1
	return half + rest + negative + positive + bits + shifted + inverse + flags
}

func (s *Shop) Label(kind int, done bool) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch kind {
	case 1: return "one", nil
	case 2:
		return "two", nil
	default:
		return "", nil
	}
}

func (s *Shop) Read(names []string, done bool) {
	for !done {
		done = s.more()
	}
	for _, name := range names {
		if name == "stop" {
			break
		}
		if !done {
			continue
		}
		s.name = strings.TrimSpace(name)
	}
	s.limit = 3
	s.notify(names)
	for i := 9; i >= 0; i-- {
		s.limit--
	}
}

func (s *Shop) Open(now int) (int, error) {
	if s.closed() || now < 3 {
		return 7, s.fail("closed")
	}
	return now, nil
}
