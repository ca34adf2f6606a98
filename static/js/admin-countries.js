// In place of a line of names: the countries chosen, and a field to add one by its name. The line
// stays in the form, unseen, and is what is sent.
"use strict";

(() => {
  const template = document.getElementById("country-picker");
  const list = document.getElementById("country-names");
  if (!template || !list) return;
  const { unknown, remove } = template.dataset;
  const BETWEEN = "; ";
  const names = [...list.options].map((option) => option.value);

  function find(typed) {
    const wanted = typed.trim().toLocaleLowerCase();
    const starting = names.filter((name) => name.toLocaleLowerCase().startsWith(wanted));
    return (
      starting.find((name) => name.toLocaleLowerCase() === wanted) ??
      (starting.length === 1 ? starting[0] : undefined)
    );
  }

  function enhance(line) {
    const picker = template.content.firstElementChild.cloneNode(true);
    const shown = picker.querySelector("ul");
    const input = picker.querySelector("input");
    const status = picker.querySelector("[role=status]");
    const chosen = new Set(line.value.split(BETWEEN).filter(Boolean));

    // What is typed and not yet chosen is sent too: better refused with a reason than forgotten.
    function keep() {
      line.value = [...chosen, input.value.trim()].filter(Boolean).join(BETWEEN);
    }

    function show() {
      keep();
      shown.replaceChildren(
        ...[...chosen].map((name) => {
          const item = document.createElement("li");
          const button = document.createElement("button");
          button.type = "button";
          button.value = name;
          button.textContent = name;
          button.setAttribute("aria-label", remove.replace("{country}", name));
          item.append(button);
          return item;
        }),
      );
      shown.hidden = !chosen.size;
    }

    function add() {
      const isEmpty = !input.value.trim();
      const name = isEmpty ? undefined : find(input.value);
      status.textContent = isEmpty || name ? "" : unknown;
      if (!name) return;
      chosen.add(name);
      input.value = "";
      show();
    }

    // The label leads to the field that is seen now.
    input.id = line.id;
    line.removeAttribute("id");
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (line.hasAttribute(name)) input.setAttribute(name, line.getAttribute(name));
    }
    input.setAttribute("list", list.id);
    input.addEventListener("input", keep);
    input.addEventListener("change", add);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      add();
    });
    shown.addEventListener("click", ({ target }) => {
      if (!chosen.delete(target.value)) return;
      show();
      input.focus();
      line.dispatchEvent(new Event("input", { bubbles: true }));
    });
    line.hidden = true;
    line.after(picker);
    show();
  }

  const enhanceAll = (root) => root.querySelectorAll("input[data-countries]").forEach(enhance);
  enhanceAll(document);
  document.addEventListener("part:added", ({ target }) => enhanceAll(target));
})();
