// Says what allauth's scripts report when the person or the device has refused.
document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-error]");
  if (!place) return;
  event.preventDefault();
  place.hidden = false;
});

// Where the address is typed, the browser offers the passkeys that it has for this site. It is
// asked once somebody begins to type there, since the question needs a session.
{
  const field = document.querySelector("input[autocomplete~='webauthn']");
  const question = new AbortController();

  const offer = async () => {
    if (!(await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
    const form = document.getElementById("mfa_login");
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { request_options: options } = await response.json();
    const how = { mediation: "conditional", signal: question.signal };
    form.elements.credential.value = JSON.stringify(await window.webauthnJSON.get({ ...options, ...how }));
    form.submit();
  };

  // Nobody has pressed anything, so that there is nothing to say when it comes to nothing.
  field?.addEventListener("focus", () => offer().catch(() => {}), { once: true });
  // A browser answers one question at a time.
  document.getElementById("passkey_login")?.addEventListener("click", () => question.abort(), { capture: true });
}
