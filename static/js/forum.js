// Comfort for pages that show posts. htmx does the plain links and buttons in their place; this
// file says where the focus goes, asks for news, and knows when a draft has become a post.
"use strict";

Object.assign(htmx.config, {
  // The security policy allows neither a style nor code of its own.
  includeIndicatorStyles: false,
  allowEval: false,
  historyEnabled: false,
  // What has come in acts at once, also under a quick second press.
  defaultSettleDelay: 0,
});

(() => {
  const MINUTE = 60_000;
  const askedBy = (event) => event.detail.requestConfig?.elt ?? event.detail.elt;

  // A new tab stays a new tab: htmx would open the link here.
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[hx-get]");
      if (link && (event.ctrlKey || event.metaKey || event.shiftKey)) event.stopPropagation();
    },
    { capture: true },
  );

  // What was asked for gets the focus: the first of the new posts.
  let findGoal = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event.detail;
    const { goal, more } = askedBy(event).dataset;
    if (goal) {
      findGoal = () => document.getElementById(goal);
    } else if (more !== undefined) {
      const [before, parent] = [target.previousElementSibling, target.parentElement];
      findGoal = () => before?.nextElementSibling ?? parent.firstElementChild;
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    const goal = findGoal?.();
    findGoal = null;
    if (!goal) return;
    goal.tabIndex = -1;
    goal.focus();
  });

  // What the server refuses is asked for again in the plain way, so that people see why.
  document.addEventListener("htmx:responseError", (event) => {
    const element = askedBy(event);
    if (element.form) element.form.requestSubmit(element);
    else location.assign(element.href);
  });

  // New posts, while the page is open and seen. Without cookies, so that one answer serves all.
  const news = document.getElementById("news");
  const talk = () => document.querySelector("[data-news]");
  let askedAt = Date.now();
  let said = "";

  function say(html) {
    // The same sentence is not said twice.
    if (html === said) return;
    said = html;
    const hadFocus = news.contains(document.activeElement);
    news.innerHTML = html;
    htmx.process(news);
    if (hadFocus) news.querySelector("a")?.focus();
  }

  async function ask() {
    if (document.hidden || navigator.connection?.saveData) return;
    askedAt = Date.now();
    const address = talk().dataset.news;
    try {
      const response = await fetch(address, { credentials: "omit" });
      // Meanwhile the posts may have been brought in.
      if (response.ok && address === talk().dataset.news) say((await response.text()).trim());
    } catch {
      // Without a line there is no news; the next minute asks again.
    }
  }

  if (news) {
    setInterval(ask, MINUTE);
    document.addEventListener("visibilitychange", () => {
      if (Date.now() - askedAt >= MINUTE) ask();
    });
    document.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.successful && news.contains(askedBy(event))) say("");
    });
  }

  // A post that was sent is a draft no more (writing.js keeps drafts). The page that follows a
  // form says that it was taken: the post in its place, or the word that a link was sent.
  try {
    const sent = JSON.parse(sessionStorage.getItem("draft-sent"));
    const came = document.referrer && new URL(document.referrer).pathname;
    const isTaken = new URLSearchParams(location.search).has("post") || document.querySelector("[data-sent]");
    if (sent && came === sent.path && isTaken) {
      localStorage.removeItem(sent.key);
      sessionStorage.removeItem("draft-sent");
    }
  } catch {
    // A browser that keeps nothing has no drafts either.
  }
})();
