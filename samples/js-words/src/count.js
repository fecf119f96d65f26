// Counts words.

export function longWords(words, length) {
  let count = 0;
  for (const word of words) {
    if (word.length >= length) {
      count += 1;
    }
  }
  return count;
}
