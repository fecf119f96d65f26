package bank

// MonthlyFee is what an account costs.
func MonthlyFee(balance int, premium bool) int {
	if premium {
		return 50
	}
	if balance < 100000 {
		return 500
	}
	return 100
}

// TransferFee is what sending money costs.
func TransferFee(amount int, abroad bool) int {
	if abroad {
		return 250 + amount/200
	}
	return 10
}
