// Shortens texts.

export function truncate(text, limit) {
  if (text.length <= limit) {
    return text;
  }
  return text.slice(0, limit - 1) + "…";
}

export function initials(name) {
  const parts = name.split(" ").filter((part) => part.length > 0);
  if (parts.length < 2) {
    return name.slice(0, 1);
  }
  return parts[0].slice(0, 1) + parts[parts.length - 1].slice(0, 1);
}
