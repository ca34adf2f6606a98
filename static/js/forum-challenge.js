// The optional check against automatic forms (ALTCHA): finds the number whose hash the server
// names, a piece at a time so that typing stays smooth; the form waits for it when it is sent.
{
  const input = document.querySelector("input[data-challenge]");
  const { algorithm, challenge, max_number: largest, salt, signature } = JSON.parse(input.dataset.challenge);
  const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const hash = async (number) => hex(await crypto.subtle.digest(algorithm, new TextEncoder().encode(salt + number)));

  const solve = async () => {
    for (let number = 0; number <= largest; number += 1) {
      if ((await hash(number)) === challenge) {
        input.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
        return;
      }
      if (number % 500 === 0) await new Promise((resume) => setTimeout(resume));
    }
  };
  // Without a secure connection browsers do not hash; the form goes without it, as without a script.
  const solved = globalThis.crypto?.subtle ? solve().catch(() => {}) : Promise.resolve();

  input.form.addEventListener("submit", (event) => {
    if (input.value || input.dataset.waited) return;
    event.preventDefault();
    solved.then(() => {
      input.dataset.waited = "true";
      input.form.requestSubmit(event.submitter);
    });
  });
}
