// Custom properties hold light-dark(…) as text, so a probe element resolves them.
export function colour(name) {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.className = "probe";
  document.body.append(probe);
  probe.style.setProperty("color", `var(--${name})`);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
