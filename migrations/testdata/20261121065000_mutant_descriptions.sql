UPDATE mutants SET description = '`shop/tax.py` is strict no more.' WHERE number = 1;
