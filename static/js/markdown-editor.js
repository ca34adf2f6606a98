// A toolbar for Markdown fields, with the formats that the page's template names, and, where the
// page has a template for it (the administration), a live preview. It comes from the server, so
// that it is what readers will see. Without this a plain text area remains.
"use strict";

(() => {
  const toolbar = document.getElementById("markdown-toolbar");
  const panel = document.getElementById("markdown-preview");
  if (!toolbar) return;

  const SHOWN = "admin-preview";
  const PAUSE = 400;

  const isShown = () => sessionStorage.getItem(SHOWN) !== "no";

  // Writes in the place of the selection, such that Ctrl+Z takes it back.
  function write(area, text) {
    area.focus();
    if (document.execCommand("insertText", false, text)) return;
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function wrap(area, before, after, selectAfter) {
    const start = area.selectionStart;
    const chosen = area.value.slice(start, area.selectionEnd);
    write(area, before + chosen + after);
    const inner = start + before.length;
    area.setSelectionRange(...(selectAfter?.(inner + chosen.length) ?? [inner, inner + chosen.length]));
  }

  function prefixLines(area, prefix) {
    const start = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
    const next = area.value.indexOf("\n", area.selectionEnd);
    const end = next < 0 ? area.value.length : next;
    const lines = area.value.slice(start, end).split("\n");
    // A list or a quote begins after an empty line.
    const isStart = start === 0 || area.value.slice(0, start).endsWith("\n\n");
    area.setSelectionRange(start, end);
    write(area, (isStart ? "" : "\n") + lines.map((line, i) => prefix(i) + line).join("\n"));
  }

  const formats = {
    bold: (area) => wrap(area, "**", "**"),
    italic: (area) => wrap(area, "*", "*"),
    // The address is selected, ready to be replaced.
    link: (area) => wrap(area, "[", "](https://)", (end) => [end + 2, end + 10]),
    heading: (area) => prefixLines(area, () => "# "),
    list: (area) => prefixLines(area, () => "- "),
    numbers: (area) => prefixLines(area, (index) => `${index + 1}. `),
    quote: (area) => prefixLines(area, () => "> "),
    code: (area) => {
      const isLong = area.value.slice(area.selectionStart, area.selectionEnd).includes("\n");
      wrap(area, ...(isLong ? ["```\n", "\n```"] : ["`", "`"]));
    },
  };

  // One stop of the Tab key for the whole toolbar; the arrow keys move inside it.
  function moveInside(bar, event) {
    const buttons = [...bar.querySelectorAll("button")];
    const forwards = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const steps = { ArrowLeft: -1, ArrowRight: -1, [forwards]: 1 };
    const goal = { Home: 0, End: buttons.length - 1 }[event.key];
    if (!(event.key in steps) && goal === undefined) return;
    event.preventDefault();
    const step = buttons.indexOf(event.target) + steps[event.key];
    const next = buttons[goal ?? (step + buttons.length) % buttons.length];
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  }

  function edit(area) {
    const bar = toolbar.content.firstElementChild.cloneNode(true);
    bar.querySelectorAll("button").forEach((button, index) => (button.tabIndex = index ? -1 : 0));
    area.before(bar);
    area.addEventListener("keydown", (event) => {
      const name = { b: "bold", i: "italic" }[event.key.toLowerCase()];
      if (!name || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      formats[name](area);
    });
    bar.addEventListener("keydown", (event) => moveInside(bar, event));
    bar.addEventListener("click", ({ target }) => {
      formats[target.closest("button")?.dataset.format]?.(area);
    });
    if (panel) show(area, bar);
  }

  // The preview below the text.
  function show(area, bar) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const preview = panel.content.firstElementChild.cloneNode(true);
    const output = preview.querySelector("[data-preview]");
    const status = preview.querySelector("[role=status]");
    const toggle = bar.querySelector("[data-preview-toggle]");
    let waiting;
    let request;
    let shown = null;

    output.lang = area.lang;
    output.dir = area.dir;
    area.after(preview);

    async function render() {
      const text = area.value;
      if (!isShown() || text === shown) return;
      request?.abort();
      request = new AbortController();
      try {
        const response = await fetch(area.dataset.markdown, {
          method: "POST",
          headers: { "X-CSRFToken": token },
          body: new URLSearchParams({ text }),
          redirect: "error",
          signal: request.signal,
        });
        if (!response.ok) throw new Error(response.statusText);
        output.innerHTML = await response.text();
        // Said only while somebody writes, not when the page opens.
        const word = text.trim() ? "fresh" : "empty";
        status.textContent = shown === null && word === "fresh" ? "" : status.dataset[word];
        shown = text;
      } catch (error) {
        if (error.name !== "AbortError") status.textContent = status.dataset.failed;
      }
    }

    function follow() {
      preview.hidden = !isShown();
      toggle.setAttribute("aria-pressed", isShown());
      if (area.checkVisibility()) render();
    }

    area.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(render, PAUSE);
    });
    toggle.addEventListener("click", () => {
      sessionStorage.setItem(SHOWN, isShown() ? "no" : "yes");
      document.dispatchEvent(new Event("preview:toggled"));
    });
    document.addEventListener("preview:toggled", follow);
    // What is folded away, or in another language, is asked for when it comes into sight.
    new IntersectionObserver(() => follow()).observe(area);
    follow();
  }

  const FIELDS = "textarea[data-markdown], [data-markdown] textarea";
  const editAll = (root) => root.querySelectorAll(FIELDS).forEach(edit);
  editAll(document);
  document.addEventListener("part:added", ({ target }) => editAll(target));
})();
