package bank

import "testing"

func TestInterestIsCompounded(t *testing.T) {
	if got := Interest(1000, 10, 2); got != 210 {
		t.Errorf("got %d, want 210", got)
	}
	if got := Interest(1000, 10, 0); got != 0 {
		t.Errorf("got %d, want 0", got)
	}
}

func TestCanWithdraw(t *testing.T) {
	for _, c := range []struct {
		name                       string
		balance, amount, overdraft int
		want                       bool
	}{
		{"nothing", 100, 0, 0, false},
		{"one cent", 100, 1, 0, true},
		{"all of it", 100, 100, 0, true},
		{"more than all", 100, 101, 0, false},
		{"with the overdraft", 100, 150, 50, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := CanWithdraw(c.balance, c.amount, c.overdraft); got != c.want {
				t.Errorf("got %t, want %t", got, c.want)
			}
		})
	}
}

func TestMonthlyFee(t *testing.T) {
	// Runs the code and checks nothing: no mutant there is caught.
	MonthlyFee(0, true)
	MonthlyFee(0, false)
	MonthlyFee(200000, false)
}
