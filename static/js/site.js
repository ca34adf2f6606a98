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

// The local navigation marks the section that is being read.
const links = new Map();
for (const link of document.querySelectorAll(".local-nav__link")) {
  const section = document.getElementById(link.hash.slice(1));
  if (section) links.set(section, link);
}
if (links.size && "IntersectionObserver" in window) {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(target).setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-20% 0px -70% 0px" },
  );
  for (const section of links.keys()) observer.observe(section);
}
