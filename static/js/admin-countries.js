// In place of a list of 250 countries: those chosen, and a field to add one by its name. The list
// stays in the form, unseen, and is what is sent.
"use strict";

(() => {
  const template = document.getElementById("country-picker");
  if (!template) return;
  const { unknown, remove } = template.dataset;

  // One list of names for all the fields of the page.
  function names(select) {
    const id = "country-names";
    if (!document.getElementById(id)) {
      const list = document.createElement("datalist");
      list.id = id;
      list.append(...[...select.options].map((option) => new Option(option.text)));
      document.body.append(list);
    }
    return id;
  }

  function enhance(select) {
    const picker = template.content.firstElementChild.cloneNode(true);
    const chosen = picker.querySelector("ul");
    const input = picker.querySelector("input");
    const status = picker.querySelector("[role=status]");

    function show() {
      chosen.replaceChildren(
        ...[...select.selectedOptions].map((option) => {
          const item = document.createElement("li");
          const button = document.createElement("button");
          button.type = "button";
          button.value = option.value;
          button.textContent = option.text;
          button.setAttribute("aria-label", remove.replace("{country}", option.text));
          item.append(button);
          return item;
        }),
      );
      chosen.hidden = !chosen.children.length;
    }

    function find(name) {
      const wanted = name.trim().toLocaleLowerCase();
      const options = [...select.options];
      const starting = options.filter((o) => o.text.toLocaleLowerCase().startsWith(wanted));
      return (
        options.find((option) => option.text.toLocaleLowerCase() === wanted) ??
        (starting.length === 1 ? starting[0] : undefined)
      );
    }

    function add() {
      if (!input.value.trim()) return;
      const option = find(input.value);
      status.textContent = option ? "" : unknown;
      if (!option) return;
      option.selected = true;
      input.value = "";
      show();
    }

    // The label leads to the field that is seen now.
    input.id = select.id;
    input.setAttribute("aria-describedby", select.getAttribute("aria-describedby") ?? "");
    if (!input.getAttribute("aria-describedby")) input.removeAttribute("aria-describedby");
    select.removeAttribute("id");
    input.setAttribute("list", names(select));
    input.addEventListener("change", add);
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      add();
    });
    chosen.addEventListener("click", ({ target }) => {
      const option = [...select.options].find(({ value }) => value === target.value);
      if (!option) return;
      option.selected = false;
      show();
      input.focus();
      select.dispatchEvent(new Event("input", { bubbles: true }));
    });
    select.hidden = true;
    select.after(picker);
    show();
  }

  const enhanceAll = (root) => root.querySelectorAll("select[data-countries]").forEach(enhance);
  enhanceAll(document);
  document.addEventListener("part:added", ({ target }) => enhanceAll(target));
})();
