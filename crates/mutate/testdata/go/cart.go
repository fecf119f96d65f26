package cart

import (
	"errors"
	"fmt"
	"strings"
)

type Kind int

const (
	One Kind = 1
	Two Kind = 2
)

const Limit = 10

type Cart struct {
	items []int
	name  string
}

var names = map[int]string{1: "one", -1: "minus"}

func (c *Cart) Total(n int) (int, error) {
	sum := 0
	for i := 0; i < len(c.items); i++ {
		if c.items[i] > 0 && n != 3 {
			sum += c.items[i] * 2
			continue
		}
	}
	if n == 1 || n == 2 {
		return 0, errors.New("no")
	}
	if err := check(n); err != nil {
		return 0, err
	}
	used := n + 1
	fmt.Println("sum", sum+1)
	c.notify(used)
	return sum - n, nil
}

func (c *Cart) Name(s string) string {
	if strings.HasPrefix(s, "a") {
		return s + c.name
	}
	return strings.ToUpper(s)
}

func Ok(n int) bool { return n >= Limit }
