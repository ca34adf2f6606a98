// Comfort for forms in which people write: nothing typed is lost, nothing is sent twice, and the
// length is counted where it matters.
"use strict";

(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;

  const area = form.elements.text;
  const FORGOTTEN = 30 * 24 * 60 * 60 * 1000;
  const PATIENCE = 10_000;
  // The same form in another language is the same form.
  const key = `draft:${location.pathname.replace(/^\/[a-z]{2}\//, "/")}`;
  // Name and address are left to the browser: others may use it too.
  const fields = ["title", "text", "language"].map((name) => form.elements[name]).filter(Boolean);

  const values = () => fields.map((field) => field.value);
  const isEqual = (one, other) => one.every((value, index) => value === other[index]);
  const first = values();

  function keep() {
    try {
      if (isEqual(values(), first) && !form.dataset.draft) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: values() }));
    } catch {
      // No place, or none allowed: then the form is as good as without this file.
    }
  }

  function kept() {
    try {
      const draft = JSON.parse(localStorage.getItem(key));
      return draft && Date.now() - draft.at < FORGOTTEN ? draft.values : null;
    } catch {
      return null;
    }
  }

  function fill(texts) {
    fields.forEach((field, index) => (field.value = texts[index]));
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function restore() {
    const draft = kept();
    if (!draft || draft.length !== fields.length || isEqual(draft, first)) return;
    fill(draft);
    const line = document.getElementById("kept-draft").content.firstElementChild.cloneNode(true);
    form.before(line);
    line.querySelector("button").addEventListener("click", () => {
      fill(first);
      line.remove();
      area.focus();
    });
  }

  form.addEventListener("input", keep);
  // What comes back from the server is what was typed, and newer than any draft.
  if (form.dataset.draft) keep();
  else restore();

  // forum.js takes the draft away once the page that follows shows that the post was taken.
  const mark = (sent) => {
    try {
      if (sent) sessionStorage.setItem("draft-sent", JSON.stringify(sent));
      else sessionStorage.removeItem("draft-sent");
    } catch {
      // Then the draft stays, which does no harm.
    }
  };

  let isSending = false;
  function setSending(now) {
    isSending = now;
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = now;
  }
  form.addEventListener("submit", (event) => {
    if (isSending) return event.preventDefault();
    isSending = true;
    if (event.submitter?.name !== "preview") mark({ key, path: location.pathname });
    // After this tick, so that the pressed button is still sent; not for ever, should the line break.
    setTimeout(setSending, 0, true);
    setTimeout(setSending, PATIENCE, false);
  });
  // Also when the page comes back as it was left.
  addEventListener("pageshow", () => {
    mark(null);
    setSending(false);
  });

  const counter = document.getElementById("counter");
  const limit = Number(counter.dataset.limit);
  const number = new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn" });
  let waiting;

  function count() {
    const length = [...area.value].length;
    counter.hidden = length < 0.9 * limit;
    counter.classList.toggle("counter--over", length > limit);
    counter.textContent = counter.hidden
      ? ""
      : counter.dataset.words
          .replace("{count}", number.format(length))
          .replace("{limit}", number.format(limit));
  }

  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(count, 400);
  });
  count();

  // A preview alone takes the place of the last one; whatever else the server says, it says on
  // a page of its own.
  form.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, serverResponse } = event.detail;
    if (serverResponse.includes('id="preview-title"')) return;
    event.detail.shouldSwap = false;
    form.requestSubmit(requestConfig.elt);
  });
})();
