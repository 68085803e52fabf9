/** J goes forward, K goes back; nothing while typing or with a modifier. */
export function moved(event: KeyboardEvent): -1 | 0 | 1 {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return 0;
  const target = event.target;
  if (target instanceof Element && target.closest("input, textarea, select, [contenteditable]")) {
    return 0;
  }
  if (event.key === "j" || event.key === "J") return 1;
  if (event.key === "k" || event.key === "K") return -1;
  return 0;
}
