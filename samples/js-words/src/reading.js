// Reckons how long a text takes to read.

export function readingMinutes(words, hurried) {
  if (hurried) {
    return words / 300;
  }
  return words / 200 + 1;
}
