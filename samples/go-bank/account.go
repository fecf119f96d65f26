// Package bank keeps accounts. Amounts are in cents.
package bank

// Interest is what a balance earns over some years.
func Interest(balance, percent, years int) int {
	total := balance
	for range years {
		total += total * percent / 100
	}
	return total - balance
}

// CanWithdraw tells whether an account may pay out an amount.
func CanWithdraw(balance, amount, overdraft int) bool {
	return amount > 0 && balance+overdraft >= amount
}
