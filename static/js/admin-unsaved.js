// Asks before a page with unsaved changes is left.
"use strict";

(() => {
  const form = document.querySelector("#content-main form[method=post]");
  if (!form) return;
  // What a refused save has sent back is not saved either.
  let isUnsaved = Boolean(form.querySelector(".errornote"));
  form.addEventListener("input", ({ target }) => {
    if (!target.closest("#language-bar")) isUnsaved = true;
  });
  form.addEventListener("submit", () => {
    isUnsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved) event.preventDefault();
  });
})();
