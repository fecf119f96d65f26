-- A sentence about each mutant, made from the syntax while its file is at hand. Mutants drawn before have none.
ALTER TABLE mutants ADD COLUMN description text;
