// One row of languages for the whole form: it shows the texts of one language at a time, says what
// is missing in each, and opens the first one that has an error. Without it all languages show.
"use strict";

(() => {
  const bar = document.getElementById("language-bar");
  const form = bar?.closest("form");
  if (!form?.querySelector("[data-language]")) return;

  const REMEMBERED = "admin-language";
  const { source, missing, draft, errors } = bar.dataset;
  const tabs = [...bar.querySelectorAll("input[type=radio]")];
  const compare = bar.querySelector("[data-compare]");

  const fields = () => form.querySelectorAll("[data-language]");
  const row = (field) => field.closest(".form-row");
  const original = (field) =>
    form.elements[field.name.slice(0, -field.dataset.language.length) + source];
  const isMissing = (field) =>
    field.type !== "file" && !field.value.trim() && original(field)?.value.trim();

  function show() {
    const chosen = tabs.find((tab) => tab.checked).value;
    for (const field of fields()) {
      const { language } = field.dataset;
      row(field).hidden = language !== chosen && !(compare.checked && language === source);
    }
  }

  function count() {
    const gaps = {};
    const faults = {};
    for (const field of fields()) {
      const { language } = field.dataset;
      if (isMissing(field)) gaps[language] = (gaps[language] ?? 0) + 1;
      if (row(field).classList.contains("errors")) faults[language] = (faults[language] ?? 0) + 1;
    }
    for (const tab of tabs) {
      const language = tab.value;
      const isDraft = form.querySelector(`[name=unreviewed_languages][value="${language}"]:checked`);
      const state = [
        faults[language] && errors.replace("{count}", faults[language]),
        gaps[language] && missing.replace("{count}", gaps[language]),
        isDraft && draft,
      ];
      const label = tab.closest("label");
      label.querySelector("[data-state]").textContent = state.filter(Boolean).join(", ");
      label.classList.toggle("has-errors", Boolean(faults[language]));
    }
  }

  function firstLanguage() {
    const faulty = form.querySelector(".form-row.errors [data-language]");
    return faulty?.dataset.language ?? sessionStorage.getItem(REMEMBERED) ?? source;
  }

  function choose(language) {
    (tabs.find((tab) => tab.value === language) ?? tabs[0]).checked = true;
  }

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(count, 300);
  });
  form.addEventListener("part:added", () => {
    show();
    count();
  });
  bar.addEventListener("change", () => {
    sessionStorage.setItem(REMEMBERED, tabs.find((tab) => tab.checked).value);
    show();
  });
  // A page that comes back from the browser's history brings its own checked radio.
  window.addEventListener("pageshow", show);

  bar.hidden = false;
  choose(firstLanguage());
  show();
  count();
  form.querySelector(".form-row.errors, .errorlist")?.scrollIntoView({ block: "center" });
})();
