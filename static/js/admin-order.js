// Moves a part up or down in its list. The order is kept in each part's "position" field, which
// without JavaScript is an ordinary number to fill in.
"use strict";

(() => {
  const announcer = document.getElementById("admin-announcer");
  const position = (part) => part.querySelector("[data-position]");
  const partsOf = (list) => [...list.querySelectorAll(":scope > [data-part]")];
  // A new part has no number yet, and stands last.
  const place = (part) => Number(position(part).value || Infinity);

  function prepare(part) {
    if (!position(part)) return;
    position(part).closest(".form-row").hidden = true;
    part.querySelector("[data-part-order]").hidden = false;
  }

  function limit(list) {
    const parts = partsOf(list);
    parts.forEach((part, index) => {
      const [up, down] = part.querySelectorAll("[data-move]");
      // Not disabled: that would take the focus from who has just moved it to the end.
      up?.setAttribute("aria-disabled", index === 0);
      down?.setAttribute("aria-disabled", index === parts.length - 1);
    });
  }

  function move(button) {
    const part = button.closest("[data-part]");
    const list = part.parentElement;
    if (button.dataset.move === "up") part.previousElementSibling?.before(part);
    else part.nextElementSibling?.after(part);

    const parts = partsOf(list);
    parts.forEach((other, index) => {
      position(other).value = index + 1;
    });
    limit(list);
    button.focus();
    announcer.textContent = announcer.dataset.moved
      .replace("{title}", part.querySelector("[data-part-title]").textContent.trim())
      .replace("{place}", parts.indexOf(part) + 1)
      .replace("{count}", parts.length);
    part.dispatchEvent(new Event("input", { bubbles: true }));
  }

  for (const list of document.querySelectorAll("[data-part-list]")) {
    const parts = partsOf(list);
    parts.forEach(prepare);
    if (!parts.every(position)) continue;
    // After a refused save the server shows the parts in the order in which they were sent.
    parts.sort((one, other) => place(one) - place(other) || 0).forEach((part) => list.append(part));
    limit(list);
  }
  document.addEventListener("part:added", ({ target }) => {
    prepare(target);
    limit(target.parentElement);
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-move]");
    if (button) move(button);
  });
})();
