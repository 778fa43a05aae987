// Presets of consultants × programs: filled in here when the button is pressed. Not before that:
// an arrow key on a closed list chooses its next option, and must not take away anything.
for (const table of document.querySelectorAll("[data-matrix]")) {
  const form = table.closest("form");
  const said = form.querySelector("[data-filled]");
  const text = (id) => document.getElementById(id).textContent.trim();
  const heard = (one) => one.getAttribute("aria-labelledby").split(" ").map(text).join(", ");
  const kinds = ["all", "col", "row"];
  form.querySelector("[data-fill] button").addEventListener("click", (event) => {
    event.preventDefault();
    const presets = [...table.querySelectorAll('select:not([name*=":"])')]
      .filter((one) => one.value)
      .map((one) => ({ one, name: one.name.split("/") }))
      .sort((a, b) => kinds.indexOf(a.name[0]) - kinds.indexOf(b.name[0]));
    const filled = presets.map(({ one }) => `${heard(one)}: ${one.selectedOptions[0].text.trim()}`);
    for (const { one, name: [kind, whose] } of presets) {
      for (const cell of table.querySelectorAll('select[name*=":"]')) {
        const [consultant, program] = cell.name.split(":");
        if (kind === "all" || whose === (kind === "row" ? consultant : program)) {
          cell.value = one.value === "n" ? "" : one.value;
        }
      }
      one.value = "";
    }
    const { filled: done, nothing } = said.dataset;
    // Emptied first, so that the same words are heard a second time.
    said.textContent = "";
    setTimeout(() => {
      said.textContent = filled.length ? done.replace("{what}", () => filled.join("; ")) : nothing;
    }, 50);
  });
}
