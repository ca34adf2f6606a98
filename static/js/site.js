// Comfort only: every page works without this file.

// The chosen language, so that the bare address opens in it next time. Reading sets no cookie.
for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", () => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `django_language=${link.dataset.language}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  });
}

// A video plays in its place. Until the press nothing of it is loaded: it waits in a template.
for (const player of document.querySelectorAll("[data-player]")) {
  player.querySelector("[data-play]").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    player.replaceChildren(player.querySelector("template").content.cloneNode(true));
    const video = player.querySelector("video");
    const element = video ?? player.querySelector("iframe");
    element.tabIndex = 0;
    element.focus();
    video?.play();
  });
}

// Printing has a button only where a script can do it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// What a passkey needs is offered where the browser knows passkeys, once a press would do something:
// allauth's scripts wait for the same moment, and asked for it before.
document.addEventListener("DOMContentLoaded", () => {
  for (const offer of document.querySelectorAll("[data-passkey]")) {
    offer.hidden = !window.PublicKeyCredential;
  }
});

// A menu closes as menus do: with Escape, and when the reader goes elsewhere.
for (const menu of document.querySelectorAll(".dropdown")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

// Rows that scroll sideways on a phone bring what has the focus to the middle.
for (const row of document.querySelectorAll(".local-nav__list, .timeline__kinds, .account-nav__list")) {
  row.addEventListener("focusin", (event) => {
    event.target.scrollIntoView({ inline: "center", block: "nearest" });
  });
}

document
  .querySelector(".account-nav [aria-current]")
  ?.scrollIntoView({ inline: "center", block: "nearest" });

// The local navigation marks the section that is being read.
const links = new Map();
for (const link of document.querySelectorAll(".local-nav__link")) {
  const section = document.getElementById(link.hash.slice(1));
  if (section) links.set(section, link);
}
if (links.size && "IntersectionObserver" in window) {
  const mark = (current) => {
    for (const link of links.values()) link.removeAttribute("aria-current");
    current.setAttribute("aria-current", "true");
  };
  const isAtEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
  const observer = new IntersectionObserver(
    (entries) => {
      const seen = entries.find((entry) => entry.isIntersecting);
      if (seen && !isAtEnd()) mark(links.get(seen.target));
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const [section, link] of links) {
    observer.observe(section);
    link.addEventListener("click", () => mark(link));
  }
  addEventListener("scroll", () => isAtEnd() && mark([...links.values()].at(-1)), { passive: true });
  if (!location.hash) mark([...links.values()][0]);
}
