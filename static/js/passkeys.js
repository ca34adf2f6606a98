// Says what allauth's scripts report when the person or the device has refused.
document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-error]");
  if (!place) return;
  event.preventDefault();
  place.hidden = false;
});
