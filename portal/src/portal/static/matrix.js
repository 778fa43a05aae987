// Presets of consultants × programs: filled in at once, without the button that does it else.
for (const table of document.querySelectorAll("[data-matrix]")) {
  for (const button of document.querySelectorAll("[data-fill]")) button.hidden = true;
  table.addEventListener("change", (event) => {
    const preset = event.target;
    if (preset.name.includes(":") || !preset.value) return;
    const [kind, whose] = preset.name.split("/");
    for (const cell of table.querySelectorAll('select[name*=":"]')) {
      const [consultant, program] = cell.name.split(":");
      if (kind === "all" || whose === (kind === "row" ? consultant : program)) {
        cell.value = preset.value === "n" ? "" : preset.value;
      }
    }
    preset.value = "";
  });
}
