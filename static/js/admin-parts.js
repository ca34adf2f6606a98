// Adds an empty part, such as a section or an event, from the template below its list.
"use strict";

for (const group of document.querySelectorAll("[data-parts]")) {
  const button = group.querySelector("[data-part-add]");
  if (!button) continue;
  const prefix = group.dataset.parts;
  const total = group.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
  const most = Number(group.querySelector(`[name="${prefix}-MAX_NUM_FORMS"]`).value);
  const template = group.querySelector("[data-part-template]");
  const list = group.querySelector("[data-part-list]");
  const announcer = document.getElementById("admin-announcer");

  button.hidden = false;
  button.addEventListener("click", () => {
    const index = Number(total.value);
    if (index >= most) return;
    const copy = document.createElement("template");
    copy.innerHTML = template.innerHTML.replaceAll("__prefix__", index);
    list.append(copy.content);
    total.value = index + 1;
    button.disabled = index + 1 >= most;

    const part = list.lastElementChild;
    part.dispatchEvent(new CustomEvent("part:added", { bubbles: true }));
    announcer.textContent = announcer.dataset.added;
    part.querySelector(".form-row:not([hidden]) :is(input, select, textarea):not([type=hidden])")?.focus();
  });
}
